-- The tables that hold data although no statistics say so: never analyzed, and nothing counted since the counters began anew (a
-- crash, a restored copy, pg_stat_reset). Tables that others hold a lock on are among them, because nobody can look.
SELECT c.oid
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
 WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' AND c.reltuples <= 0 AND c.relpages = 0
   AND pg_catalog.pg_stat_get_tuples_inserted(c.oid) = 0
   AND CASE WHEN c.oid = ANY (ARRAY(SELECT l.relation FROM pg_catalog.pg_locks l
                                      WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock'
                                        AND l.pid <> pg_catalog.pg_backend_pid())) THEN true
            ELSE pg_catalog.pg_relation_size(c.oid) > 0 END
