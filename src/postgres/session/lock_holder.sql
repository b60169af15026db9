-- Who holds the advisory lock with this key, and for how long its transaction or session has lasted.
SELECT l.pid, coalesce(a.usename::pg_catalog.text, 'an unknown role'), coalesce(nullif(a.application_name, ''), 'an unnamed program'),
       coalesce(pg_catalog.host(a.client_addr), 'this machine'),
       coalesce(pg_catalog.date_trunc('second', pg_catalog.clock_timestamp() - coalesce(a.xact_start, a.backend_start))::pg_catalog.text,
                'an unknown time')
  FROM pg_catalog.pg_locks l
  LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
 WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
   AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
   AND (l.classid::pg_catalog.int8 << 32 | l.objid::pg_catalog.int8) = $1
