CREATE TABLE base (id int, v text);
CREATE VIEW guarded (i, "V;") WITH (security_barrier, check_option = local) AS SELECT id, v FROM base WHERE id > 0;
CREATE OR REPLACE VIEW invoked WITH (security_invoker = true) AS SELECT * FROM guarded WITH CASCADED CHECK OPTION;
-- What a view gets after it was made is part of the result, a renamed column too.
ALTER VIEW guarded ALTER COLUMN i SET DEFAULT 7; ALTER VIEW invoked SET (security_barrier = on); ALTER VIEW guarded RENAME COLUMN "V;" TO v;
COMMENT ON COLUMN guarded.i IS 'semi;colon'; COMMENT ON VIEW invoked IS NULL;
CREATE MATERIALIZED VIEW kept AS SELECT * FROM invoked WITH NO DATA; CREATE UNIQUE INDEX ON kept (i) INCLUDE ("V;") NULLS NOT DISTINCT WHERE i > 0;
