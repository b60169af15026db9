ALTER TABLE item ADD COLUMN extra text;
