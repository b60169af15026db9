-- Databases whose names are like $1, that nobody uses and that this role may drop.
SELECT d.datname::pg_catalog.text
  FROM pg_catalog.pg_database d
 WHERE d.datname LIKE $1
   AND pg_catalog.pg_has_role(d.datdba, 'MEMBER')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid)
