ALTER TABLE room ALTER COLUMN capacity TYPE bigint;
