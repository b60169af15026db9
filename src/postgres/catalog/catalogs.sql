-- Which system catalogs hold the objects of this database: those with an oid of their own that this role may read. Their own
-- oids are those of initdb (below 16384), which keeps the search short however many tables there are.
-- pg_enum and pg_largeobject_metadata are no object classes: their rows are parts of other objects.
SELECT c.oid, c.relname::pg_catalog.text
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = 'oid' AND a.attnum > 0
 WHERE c.oid < 16384 AND c.relnamespace = 'pg_catalog'::pg_catalog.regnamespace
   AND c.relkind = 'r' AND NOT c.relisshared
   AND c.relname NOT IN ('pg_enum', 'pg_largeobject_metadata')
   AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
 ORDER BY c.relname
