-- The indexes of the tables with these names ($1): number, whether it is valid, and its name spelled so that DROP INDEX finds it.
SELECT i.indexrelid, i.indisvalid, i.indexrelid::pg_catalog.regclass::pg_catalog.text
  FROM pg_catalog.unnest($1::pg_catalog.text[]) AS names (name)
  JOIN pg_catalog.pg_index i ON i.indrelid = pg_catalog.to_regclass(names.name)
