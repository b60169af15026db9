-- pgmg: destructive
ALTER TABLE person DROP COLUMN born;
ALTER TABLE person ADD COLUMN born date;
