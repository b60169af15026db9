-- pgmg: destructive
ALTER TABLE t_3 ALTER COLUMN a TYPE bigint;
