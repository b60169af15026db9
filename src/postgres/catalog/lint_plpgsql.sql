-- What plpgsql_check says of every routine in PL/pgSQL: number, message, line of the body, hint, whether it is an error. A trigger
-- function is checked with each table that it serves, and not at all without one.
-- Its extra and performance warnings are matters of style.
SELECT DISTINCT p.oid, f.message, f.lineno, f.hint, f.level = 'error'
  FROM pg_catalog.pg_proc p
  JOIN pg_catalog.pg_language l ON l.oid = p.prolang AND l.lanname = 'plpgsql'
  LEFT JOIN pg_catalog.pg_trigger t ON t.tgfoid = p.oid AND NOT t.tgisinternal
 CROSS JOIN LATERAL pgmg_plpgsql_check.plpgsql_check_function_tb(p.oid, coalesce(t.tgrelid, 0), fatal_errors => false) AS f
 WHERE p.oid >= 16384 AND f.level IN ('error', 'warning')
   AND p.prorettype <> 'pg_catalog.event_trigger'::pg_catalog.regtype
   AND (p.prorettype <> 'pg_catalog.trigger'::pg_catalog.regtype OR t.oid IS NOT NULL)
 ORDER BY 1, 3
