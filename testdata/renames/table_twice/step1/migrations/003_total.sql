ALTER TABLE bill ALTER COLUMN total TYPE numeric;
