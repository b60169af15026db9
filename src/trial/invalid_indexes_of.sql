-- The invalid indexes of the tables with these names ($1), spelled so that DROP INDEX finds them; those that another session is
-- building at this moment are left out.
SELECT i.indexrelid::pg_catalog.regclass::pg_catalog.text
  FROM pg_catalog.unnest($1::pg_catalog.text[]) AS names (name)
  JOIN pg_catalog.pg_index i ON i.indrelid = pg_catalog.to_regclass(names.name)
 WHERE NOT i.indisvalid
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_locks l
                    WHERE l.locktype = 'relation' AND l.relation = i.indrelid AND l.mode = 'ShareUpdateExclusiveLock'
                      AND l.pid <> pg_catalog.pg_backend_pid())
