ALTER TABLE paint RENAME COLUMN colour TO color;
ALTER TABLE paint ADD COLUMN second color DEFAULT 'gray';
