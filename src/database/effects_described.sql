-- How the relations $1, the types $2 and the routines $3 are: one row for each, and for each column, constraint and enum value. Takes no lock on
-- them, so that another session can ask while they are locked.
SELECT 'relation'::pg_catalog.text AS what, c.oid, 0::pg_catalog.int8 AS part, c.oid::pg_catalog.regclass::pg_catalog.text AS name,
       c.relkind::pg_catalog.text AS kind,
       CASE WHEN c.relkind IN ('r', 'm') THEN c.relfilenode ELSE 0::pg_catalog.oid END AS node,
       -- The table that an index is on, or that a sequence goes with.
       coalesce((SELECT i.indrelid FROM pg_catalog.pg_index i WHERE i.indexrelid = c.oid),
                (SELECT d.refobjid FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND c.relkind = 'S'
                    AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype IN ('a', 'i') LIMIT 1),
                0) AS owner,
       greatest(c.reltuples::pg_catalog.int8, pg_catalog.pg_stat_get_live_tuples(c.oid)) AS rows,
       c.relpages::pg_catalog.int8 * pg_catalog.current_setting('block_size')::pg_catalog.int8 AS bytes,
       pg_catalog.pg_stat_get_tuples_inserted(c.oid) > 0 OR c.reltuples > 0 OR c.relpages > 0 AS flag
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.oid = ANY ($1) AND c.relkind <> 'c' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
   AND n.nspname NOT LIKE 'pg\_temp%'
UNION ALL
SELECT 'column', a.attrelid, a.attnum::pg_catalog.int8, a.attname::pg_catalog.text, pg_catalog.format_type(a.atttypid, a.atttypmod), 0, 0, 0, 0,
       a.attnotnull
  FROM pg_catalog.pg_attribute a
 WHERE a.attrelid = ANY ($1) AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'constraint', k.conrelid, k.oid::pg_catalog.int8, k.conname::pg_catalog.text, k.contype::pg_catalog.text, 0, k.conindid, 0, 0, k.convalidated
  FROM pg_catalog.pg_constraint k
 WHERE k.conrelid = ANY ($1) AND k.contype IN ('c', 'f', 'p', 'u', 'x')
UNION ALL
SELECT 'type', t.oid, 0, pg_catalog.format_type(t.oid, NULL), t.typtype::pg_catalog.text, 0, 0, 0, 0, false
  FROM pg_catalog.pg_type t
 WHERE t.oid = ANY ($2) AND t.typtype = 'e'
UNION ALL
SELECT 'value', e.enumtypid, e.oid::pg_catalog.int8, e.enumlabel::pg_catalog.text, '', 0, 0, 0, 0, false
  FROM pg_catalog.pg_enum e
 WHERE e.enumtypid = ANY ($2)
UNION ALL
SELECT 'routine', p.oid, 0, p.oid::pg_catalog.regprocedure::pg_catalog.text,
       CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END, 0, 0, 0, 0, false
  FROM pg_catalog.pg_proc p
 WHERE p.oid = ANY ($3)
