-- What this transaction holds a lock on that only a change takes (class, object, strongest mode by rank), temporary relations
-- left out; and rows counted so far (class 0: table, inserted, updated, deleted, read).
SELECT 'lock'::pg_catalog.text, held.class, held.object, max(held.rank)::pg_catalog.int8, 0::pg_catalog.int8, 0::pg_catalog.int8, 0::pg_catalog.int8
  FROM (SELECT CASE l.locktype WHEN 'relation' THEN 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid ELSE l.classid END AS class,
               CASE l.locktype WHEN 'relation' THEN l.relation ELSE l.objid END AS object,
               CASE l.mode WHEN 'ShareLock' THEN 1 WHEN 'ShareRowExclusiveLock' THEN 2 WHEN 'ExclusiveLock' THEN 3
                           WHEN 'AccessExclusiveLock' THEN 4 ELSE 0 END AS rank
          FROM pg_catalog.pg_locks l
         WHERE l.pid = pg_catalog.pg_backend_pid() AND l.granted AND l.locktype IN ('relation', 'object')
           AND l.mode NOT IN ('AccessShareLock', 'RowShareLock')
           AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
       ) AS held
 GROUP BY held.class, held.object
UNION ALL
SELECT 'rows', 0::pg_catalog.oid, s.relid, s.n_tup_ins, s.n_tup_upd, s.n_tup_del, s.seq_tup_read
  FROM pg_catalog.pg_stat_xact_user_tables s
 WHERE s.n_tup_ins + s.n_tup_upd + s.n_tup_del + coalesce(s.seq_tup_read, 0) > 0
   AND s.schemaname NOT LIKE 'pg\_temp%'
