-- An invalid index of this name ($1 schema or NULL, $2 name), spelled so that DROP INDEX finds it.
SELECT i.indexrelid::pg_catalog.regclass::pg_catalog.text
  FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE NOT i.indisvalid AND c.relname = $2::pg_catalog.text
   AND CASE WHEN $1::pg_catalog.text IS NULL THEN pg_catalog.pg_table_is_visible(c.oid) ELSE n.nspname = $1::pg_catalog.text END
