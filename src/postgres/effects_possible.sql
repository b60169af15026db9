-- Whether there is anything that a migration could have an effect on: an object that neither came with the server or an
-- extension, nor belongs to this session alone.
SELECT EXISTS (
SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.oid >= 16384 AND c.relpersistence <> 't' AND n.nspname <> 'pg_toast'
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e' AND c.relkind NOT IN ('r', 'p'))
UNION ALL
SELECT FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
 WHERE t.oid >= 16384 AND n.nspname NOT IN ('pg_toast') AND n.nspname NOT LIKE 'pg\_temp%'
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.objid IN (t.oid, t.typelem) AND d.deptype = 'e')
UNION ALL
SELECT FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
 WHERE p.oid >= 16384 AND n.nspname NOT LIKE 'pg\_temp%'
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype = 'e')
UNION ALL
SELECT FROM pg_catalog.pg_namespace n
 WHERE n.oid >= 16384 AND n.nspname NOT LIKE 'pg\_%'
UNION ALL
SELECT FROM pg_catalog.pg_extension e WHERE e.oid >= 16384
)
