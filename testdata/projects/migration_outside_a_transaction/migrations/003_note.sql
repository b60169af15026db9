ALTER TABLE invoice ADD COLUMN note text;
