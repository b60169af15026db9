-- Which query shows whether a row was written anywhere? Gives the text of one that hashes place and writer (ctid, xmin) of every
-- row of every catalog and table. Left out: what all databases share (other tests run beside this one), and planner statistics.
SELECT 'SELECT pg_catalog.md5(pg_catalog.string_agg(h, '''')) FROM (' || pg_catalog.string_agg(
         pg_catalog.format('SELECT %L || '':'' || (SELECT coalesce(pg_catalog.sum(pg_catalog.hashtextextended(ctid::text, xmin::text::bigint)), 0) FROM %I.%I) AS h',
                           c.oid, n.nspname, c.relname),
         ' UNION ALL ' ORDER BY c.oid) || ') q'
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r'
   AND NOT c.relisshared
   AND c.relpersistence <> 't'
   AND n.nspname <> 'information_schema'
   AND c.relname NOT IN ('pg_statistic', 'pg_statistic_ext_data');
