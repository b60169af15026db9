-- The schema and the name of a type or relation, unquoted; no row if it is neither.
SELECT n.nspname::pg_catalog.text, o.name::pg_catalog.text
  FROM (SELECT 'pg_catalog.pg_type'::pg_catalog.regclass::pg_catalog.oid, oid, typname, typnamespace FROM pg_catalog.pg_type
         WHERE oid = $2::pg_catalog.oid
        UNION ALL
        SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid, oid, relname, relnamespace FROM pg_catalog.pg_class
         WHERE oid = $2::pg_catalog.oid) AS o (class, oid, name, namespace)
  JOIN pg_catalog.pg_namespace n ON n.oid = o.namespace
 WHERE o.class = $1::pg_catalog.oid
