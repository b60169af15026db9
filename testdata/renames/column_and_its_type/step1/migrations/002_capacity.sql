ALTER TABLE room RENAME COLUMN seats TO capacity;
