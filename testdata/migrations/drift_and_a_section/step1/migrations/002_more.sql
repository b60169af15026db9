-- pgmg: section name="one"
ALTER TABLE t ADD COLUMN a int;
-- pgmg: section name="two"
ALTER TABLE t ADD COLUMN b int;
