-- The columns of tables in which values of the composite type lie whose pg_class row is $1: in it, its arrays, its domains, and
-- in what has one of them in it.
WITH RECURSIVE holding (id) AS (
SELECT c.reltype FROM pg_catalog.pg_class c WHERE c.oid = $1::pg_catalog.oid
 UNION
SELECT t.oid FROM holding h JOIN pg_catalog.pg_type t ON h.id IN (t.typelem, t.typbasetype)
    OR t.typrelid <> 0 AND EXISTS (SELECT FROM pg_catalog.pg_attribute a
                                    WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = h.id)
)
SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS path, pg_catalog.quote_ident(a.attname) AS name
  FROM pg_catalog.pg_attribute a
  JOIN pg_catalog.pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'm', 'p')
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE a.attnum > 0 AND NOT a.attisdropped AND a.atttypid IN (SELECT id FROM holding)
 ORDER BY 1, a.attnum
