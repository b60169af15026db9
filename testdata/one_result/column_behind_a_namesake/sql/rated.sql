ALTER TABLE items ADD COLUMN rating archive.ratings;
