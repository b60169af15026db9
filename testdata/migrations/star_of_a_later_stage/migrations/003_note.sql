-- pgmg: destructive
-- pgmg: section name="alter"
ALTER TABLE t_3 ALTER COLUMN note TYPE varchar;
-- pgmg: section name="index" mode="non-transactional"
CREATE INDEX CONCURRENTLY ON t_3 (id, note);
-- pgmg: section name="rows"
UPDATE t_3 SET a = a;
