-- pgmg: section name="widen"
ALTER TABLE users ALTER COLUMN age TYPE numeric;
