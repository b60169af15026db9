-- pgmg: destructive
ALTER TABLE day DETACH PARTITION day_1;
DROP TABLE day_2;
