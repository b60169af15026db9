ALTER TABLE customer ADD COLUMN since date;
