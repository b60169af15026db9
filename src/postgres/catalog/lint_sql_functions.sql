-- Functions in SQL whose bodies are kept as text: number and signature. One with settings of its own would have to be asked
-- about under these settings.
SELECT p.oid, p.oid::pg_catalog.regprocedure::pg_catalog.text
  FROM pg_catalog.pg_proc p
  JOIN pg_catalog.pg_language l ON l.oid = p.prolang
 WHERE l.lanname = 'sql' AND p.oid >= 16384 AND p.prosrc <> '' AND p.proconfig IS NULL
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype = 'e')
 ORDER BY 2
