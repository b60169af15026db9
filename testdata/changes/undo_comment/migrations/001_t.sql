CREATE TABLE t (id int PRIMARY KEY, name text);
COMMENT ON COLUMN t.id IS 'from the migration';
