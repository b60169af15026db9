-- What this transaction changed, and what it counted: locks that only a change takes (class, object, strongest mode by rank);
-- rows of catalogs that can be changed without a lock (written by this transaction or later: a few too many do no harm); and
-- rows of tables counted so far (class 0: table, inserted, updated, deleted, read).
SELECT 'changed'::pg_catalog.text, held.class, held.object, max(held.rank)::pg_catalog.int8, 0::pg_catalog.int8, 0::pg_catalog.int8,
       0::pg_catalog.int8
  FROM (SELECT CASE l.locktype WHEN 'relation' THEN 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid ELSE l.classid END AS class,
               CASE l.locktype WHEN 'relation' THEN l.relation ELSE l.objid END AS object,
               CASE l.mode WHEN 'ShareLock' THEN 1 WHEN 'ShareRowExclusiveLock' THEN 2 WHEN 'ExclusiveLock' THEN 3
                           WHEN 'AccessExclusiveLock' THEN 4 ELSE 0 END AS rank
          FROM pg_catalog.pg_locks l
         WHERE l.pid = pg_catalog.pg_backend_pid() AND l.granted AND l.locktype IN ('relation', 'object')
           AND l.mode NOT IN ('AccessShareLock', 'RowShareLock')
           AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
        -- No lock is taken by ALTER TYPE … RENAME, ALTER SCHEMA … RENAME, CREATE OR REPLACE FUNCTION. Ages count from the
        -- transaction's own number: subtransactions are younger.
        UNION ALL
        SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid, 0 FROM pg_catalog.pg_type t WHERE pg_catalog.age(t.xmin) <= 0
        UNION ALL
        SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, p.oid, 0 FROM pg_catalog.pg_proc p WHERE pg_catalog.age(p.xmin) <= 0
        UNION ALL
        SELECT 'pg_catalog.pg_namespace'::pg_catalog.regclass, n.oid, 0 FROM pg_catalog.pg_namespace n WHERE pg_catalog.age(n.xmin) <= 0
        UNION ALL
        SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, c.oid, 0 FROM pg_catalog.pg_class c
         WHERE c.relkind = 'c' AND pg_catalog.age(c.xmin) <= 0
       ) AS held
 GROUP BY held.class, held.object
UNION ALL
SELECT 'rows', 0::pg_catalog.oid, counted.oid, counted.inserted, counted.updated, counted.deleted, counted.read
  -- The view pg_stat_xact_user_tables looks up every table's indexes as well.
  FROM (SELECT c.oid, pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid) AS inserted,
               pg_catalog.pg_stat_get_xact_tuples_updated(c.oid) AS updated, pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid) AS deleted,
               pg_catalog.pg_stat_get_xact_tuples_returned(c.oid) AS read
          FROM pg_catalog.pg_class c
          JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
         WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't') AS counted
 WHERE counted.inserted + counted.updated + counted.deleted + counted.read > 0
