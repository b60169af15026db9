-- How the relations $1, types $2, routines $3, schemas $4 and extensions $5 are: one JSON object for each, and for each column and
-- constraint. Names come with their schema, whatever the search path. Takes no lock on them, so that another session can ask
-- while they are locked.
WITH member AS MATERIALIZED (
SELECT d.classid, d.objid FROM pg_catalog.pg_depend d WHERE d.deptype = 'e' AND d.objid = ANY ($1::pg_catalog.oid[] || $2::pg_catalog.oid[] || $3::pg_catalog.oid[])
)
SELECT pg_catalog.row_to_json(x) FROM (
SELECT 'relation' AS what, c.oid::pg_catalog.int8 AS relation, c.relkind AS kind, c.relname AS own_name,
       pg_catalog.format('%I.%I', n.nspname, c.relname) AS path, c.relnamespace::pg_catalog.int8 AS schema,
       CASE WHEN c.relkind IN ('r', 'm') THEN c.relfilenode ELSE 0 END::pg_catalog.int8 AS node,
       -- The table that an index is on, or that a sequence goes with.
       coalesce((SELECT i.indrelid FROM pg_catalog.pg_index i WHERE i.indexrelid = c.oid),
                (SELECT d.refobjid FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND c.relkind = 'S'
                    AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype IN ('a', 'i') LIMIT 1),
                0)::pg_catalog.int8 AS owner,
       CASE WHEN c.relispartition
            THEN (SELECT i.inhparent FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid LIMIT 1) END::pg_catalog.int8 AS partition_of,
       greatest(c.reltuples::pg_catalog.int8, pg_catalog.pg_stat_get_live_tuples(c.oid)) AS rows,
       c.relpages::pg_catalog.int8 * pg_catalog.current_setting('block_size')::pg_catalog.int8 AS bytes,
       pg_catalog.pg_stat_get_tuples_inserted(c.oid) > 0 OR c.reltuples > 0 OR c.relpages > 0 AS may_have_rows
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.oid = ANY ($1::pg_catalog.oid[]) AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND c.relpersistence <> 't'
   -- What an extension brings is its own affair, but for its tables, which can hold data.
   AND (c.relkind IN ('r', 'p')
     OR NOT EXISTS (SELECT FROM member WHERE member.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND member.objid = c.oid))
) AS x
UNION ALL
SELECT pg_catalog.row_to_json(x) FROM (
SELECT 'column' AS what, a.attrelid::pg_catalog.int8 AS relation, a.attnum::pg_catalog.int8 AS number, a.attname AS name,
       pg_catalog.format_type(a.atttypid, a.atttypmod) AS data_type, a.atttypid::pg_catalog.int8 AS type_id,
       a.atttypmod::pg_catalog.int8 AS modifier,
       CASE t.typtype WHEN 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) END AS base,
       a.attnotnull AS is_not_null, a.atthasdef OR a.attidentity <> '' OR t.typdefault IS NOT NULL AS has_default
  FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
 WHERE a.attrelid = ANY ($1::pg_catalog.oid[]) AND a.attnum > 0 AND NOT a.attisdropped
) AS x
UNION ALL
SELECT pg_catalog.row_to_json(x) FROM (
SELECT 'constraint' AS what, k.conrelid::pg_catalog.int8 AS relation, k.oid::pg_catalog.int8 AS id, k.conname AS name,
       k.conindid::pg_catalog.int8 AS index, k.convalidated AS is_validated
  FROM pg_catalog.pg_constraint k
 WHERE k.conrelid = ANY ($1::pg_catalog.oid[]) AND k.contype IN ('c', 'f', 'p', 'u', 'x')
) AS x
UNION ALL
SELECT pg_catalog.row_to_json(x) FROM (
SELECT 'type' AS what, t.oid::pg_catalog.int8 AS id, t.typname AS own_name, pg_catalog.format('%I.%I', n.nspname, t.typname) AS path,
       t.typnamespace::pg_catalog.int8 AS schema, CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'type' END AS kind,
       ARRAY(SELECT e.enumlabel FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) AS "values",
       ARRAY(SELECT e.oid::pg_catalog.int8 FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) AS value_ids
  FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
 WHERE t.oid = ANY ($2::pg_catalog.oid[]) AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname NOT LIKE 'pg\_temp%'
   -- A table's row type and any type's array type come and go with it.
   AND (t.typtype IN ('e', 'd', 'r') OR t.typtype = 'b' AND t.typelem = 0
     OR t.typtype = 'c' AND EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
   AND NOT EXISTS (SELECT FROM member WHERE member.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND member.objid = t.oid)
) AS x
UNION ALL
SELECT pg_catalog.row_to_json(x) FROM (
SELECT 'routine' AS what, p.oid::pg_catalog.int8 AS id, p.proname AS own_name, pg_catalog.format('%I.%I', n.nspname, p.proname) AS path,
       p.pronamespace::pg_catalog.int8 AS schema,
       CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END AS kind,
       pg_catalog.oidvectortypes(p.proargtypes) AS types, pg_catalog.pg_get_function_arguments(p.oid) AS arguments,
       coalesce(pg_catalog.pg_get_function_result(p.oid), '') AS result,
       ARRAY(SELECT u.id::pg_catalog.int8 FROM pg_catalog.unnest(p.proargtypes::pg_catalog.oid[]) WITH ORDINALITY AS u (id, at)
              ORDER BY u.at) AS type_ids,
       ARRAY(SELECT coalesce(p.proargnames[u.at], '')
               FROM pg_catalog.generate_series(1, coalesce(pg_catalog.array_length(p.proallargtypes, 1), p.pronargs)) AS u (at)
              WHERE coalesce(p.proargmodes[u.at], 'i') IN ('i', 'b', 'v') ORDER BY u.at) AS names,
       p.pronargdefaults AS defaults
  FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
 WHERE p.oid = ANY ($3::pg_catalog.oid[]) AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\_temp%'
   AND NOT EXISTS (SELECT FROM member WHERE member.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND member.objid = p.oid)
) AS x
UNION ALL
SELECT pg_catalog.row_to_json(x) FROM (
SELECT 'container' AS what, s.oid::pg_catalog.int8 AS id, 'schema' AS kind, pg_catalog.quote_ident(s.nspname) AS name
  FROM pg_catalog.pg_namespace s WHERE s.oid = ANY ($4::pg_catalog.oid[]) AND s.nspname NOT LIKE 'pg\_%'
UNION ALL
SELECT 'container', e.oid::pg_catalog.int8, 'extension', pg_catalog.quote_ident(e.extname)
  FROM pg_catalog.pg_extension e WHERE e.oid = ANY ($5::pg_catalog.oid[])
) AS x
