-- Routines with SECURITY DEFINER that do not set search_path: number and signature.
SELECT p.oid, p.oid::pg_catalog.regprocedure::pg_catalog.text
  FROM pg_catalog.pg_proc p
 WHERE p.prosecdef AND p.oid >= 16384
   AND NOT EXISTS (SELECT FROM pg_catalog.unnest(p.proconfig) AS set (setting) WHERE set.setting LIKE 'search_path=%')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype = 'e')
 ORDER BY 2
