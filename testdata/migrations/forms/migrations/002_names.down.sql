-- pgmg: destructive
ALTER TABLE users DROP COLUMN name;
