-- What objects are, in a form to be compared: definition, owner, grants (of others than the owner), comments. Kinds that hold
-- data have no definition here. What a view's rule says is compared as it is stored, with the database that its numbers are of:
-- to describe thousands of views in words takes longer than to create them, and md5 of that takes three times a plain hash.
WITH wanted (class, object) AS (
  SELECT * FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.oid[]), pg_catalog.unnest($2::pg_catalog.oid[])) AS r (class, object)
), home (number) AS MATERIALIZED (
  SELECT s.system_identifier || '/' || d.oid
    FROM pg_catalog.pg_control_system() s, pg_catalog.pg_database d
   WHERE d.datname = pg_catalog.current_database()
), described (class, object, comment) AS (
  SELECT d.classoid, d.objoid,
         pg_catalog.count(*) || ':' || pg_catalog.md5(pg_catalog.string_agg(d.objsubid || '=' || d.description, E'\n' ORDER BY d.objsubid))
    FROM pg_catalog.pg_description d
   WHERE d.objoid >= 16384
   GROUP BY d.classoid, d.objoid
), column_grants (relation, acl) AS (
  SELECT a.attrelid, pg_catalog.string_agg('column ' || a.attname || ':' || a.attacl::pg_catalog.text, E'\n' ORDER BY a.attnum)
    FROM pg_catalog.pg_attribute a
   WHERE a.attacl IS NOT NULL AND a.attrelid >= 16384
   GROUP BY a.attrelid
), own (class, object, definition, owner, acl, standard) AS (
  SELECT w.class, w.object,
         CASE WHEN c.relkind IN ('v', 'm') THEN
                (SELECT h.number FROM home h) || ':' || pg_catalog.md5(pg_catalog.concat_ws(E'\n', c.relkind, c.reloptions,
                  pg_catalog.hashtextextended(r.ev_action::pg_catalog.text, 0), r.ev_enabled,
                  CASE WHEN c.relkind = 'v' THEN
                    (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', a.attname, pg_catalog.pg_get_expr(f.adbin, f.adrelid)), ',' ORDER BY a.attnum)
                       FROM pg_catalog.pg_attribute a
                       LEFT JOIN pg_catalog.pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
                      WHERE a.attrelid = c.oid AND a.attnum > 0) END))
              WHEN c.relkind IN ('i', 'I') THEN
                pg_catalog.md5(pg_catalog.concat_ws(E'\n', pg_catalog.pg_get_indexdef(c.oid), c.reloptions))
         END,
         c.relowner, c.relacl, NULL
    FROM wanted w
    JOIN pg_catalog.pg_class c ON w.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = w.object
    LEFT JOIN pg_catalog.pg_rewrite r ON r.ev_class = c.oid AND r.rulename = '_RETURN'
  UNION ALL
  SELECT w.class, w.object,
         pg_catalog.md5(pg_catalog.concat_ws(E'\n', p.prosrc, p.probin, {body},
           pg_catalog.pg_get_function_arguments(p.oid), pg_catalog.pg_get_function_result(p.oid), p.prokind, p.provolatile,
           p.proisstrict, p.prosecdef, p.proleakproof, p.proparallel, p.procost, p.prorows, p.proconfig, l.lanname,
           p.prosupport::pg_catalog.regproc, g.aggtransfn, g.aggfinalfn, g.aggcombinefn, g.agginitval,
           g.aggtranstype::pg_catalog.regtype)),
         p.proowner, p.proacl, 'PUBLIC=EXECUTE'
    FROM wanted w
    JOIN pg_catalog.pg_proc p ON w.class = 'pg_catalog.pg_proc'::pg_catalog.regclass AND p.oid = w.object
    JOIN pg_catalog.pg_language l ON l.oid = p.prolang
    LEFT JOIN pg_catalog.pg_aggregate g ON g.aggfnoid = p.oid
  UNION ALL
  SELECT w.class, w.object, pg_catalog.md5(pg_catalog.concat_ws(E'\n', pg_catalog.pg_get_triggerdef(t.oid), t.tgenabled)), NULL, NULL, NULL
    FROM wanted w
    JOIN pg_catalog.pg_trigger t ON w.class = 'pg_catalog.pg_trigger'::pg_catalog.regclass AND t.oid = w.object
  UNION ALL
  SELECT w.class, w.object, pg_catalog.md5(pg_catalog.concat_ws(E'\n', pg_catalog.pg_get_ruledef(r.oid), r.ev_enabled)), NULL, NULL, NULL
    FROM wanted w
    JOIN pg_catalog.pg_rewrite r ON w.class = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND r.oid = w.object
  UNION ALL
  SELECT w.class, w.object,
         pg_catalog.md5(pg_catalog.concat_ws(E'\n', p.polcmd, p.polpermissive,
           (SELECT pg_catalog.string_agg(CASE o.oid WHEN 0 THEN 'public' ELSE pg_catalog.pg_get_userbyid(o.oid) END, ',') FROM pg_catalog.unnest(p.polroles) o (oid)),
           'USING ' || pg_catalog.pg_get_expr(p.polqual, p.polrelid), 'CHECK ' || pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))),
         NULL, NULL, NULL
    FROM wanted w
    JOIN pg_catalog.pg_policy p ON w.class = 'pg_catalog.pg_policy'::pg_catalog.regclass AND p.oid = w.object
  UNION ALL
  SELECT w.class, w.object, pg_catalog.md5(pg_catalog.pg_get_statisticsobjdef(s.oid)), s.stxowner, NULL, NULL
    FROM wanted w
    JOIN pg_catalog.pg_statistic_ext s ON w.class = 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass AND s.oid = w.object
  UNION ALL
  SELECT w.class, w.object,
         pg_catalog.md5(pg_catalog.concat_ws(E'\n', e.evtevent, e.evtenabled, e.evttags, e.evtfoid::pg_catalog.regproc)), e.evtowner, NULL, NULL
    FROM wanted w
    JOIN pg_catalog.pg_event_trigger e ON w.class = 'pg_catalog.pg_event_trigger'::pg_catalog.regclass AND e.oid = w.object
  UNION ALL
  SELECT w.class, w.object, NULL, t.typowner, t.typacl, 'PUBLIC=USAGE'
    FROM wanted w
    JOIN pg_catalog.pg_type t ON w.class = 'pg_catalog.pg_type'::pg_catalog.regclass AND t.oid = w.object
  UNION ALL
  SELECT w.class, w.object, NULL, n.nspowner, n.nspacl, NULL
    FROM wanted w
    JOIN pg_catalog.pg_namespace n ON w.class = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND n.oid = w.object
  UNION ALL
  SELECT w.class, w.object, NULL, NULL, NULL, NULL
    FROM wanted w
   WHERE w.class NOT IN ('pg_catalog.pg_class'::pg_catalog.regclass, 'pg_catalog.pg_proc'::pg_catalog.regclass,
                         'pg_catalog.pg_trigger'::pg_catalog.regclass, 'pg_catalog.pg_rewrite'::pg_catalog.regclass,
                         'pg_catalog.pg_policy'::pg_catalog.regclass, 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass,
                         'pg_catalog.pg_event_trigger'::pg_catalog.regclass, 'pg_catalog.pg_type'::pg_catalog.regclass,
                         'pg_catalog.pg_namespace'::pg_catalog.regclass)
)
SELECT o.class, o.object, coalesce(o.definition, ''),
       CASE WHEN o.owner IS NULL THEN '' ELSE pg_catalog.pg_get_userbyid(o.owner)::pg_catalog.text END,
       pg_catalog.concat_ws(E'\n',
         CASE WHEN o.acl IS NULL THEN o.standard
              ELSE (SELECT pg_catalog.string_agg(
                             CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) END
                             || '=' || x.privilege_type || CASE WHEN x.is_grantable THEN '*' ELSE '' END, E'\n'
                             ORDER BY x.grantee, x.privilege_type, x.is_grantable)
                      FROM pg_catalog.aclexplode(o.acl) x
                     WHERE x.grantee <> o.owner)
         END,
         CASE WHEN o.class = 'pg_catalog.pg_class'::pg_catalog.regclass THEN g.acl END),
       coalesce(d.comment, '')
  FROM own o
  LEFT JOIN column_grants g ON g.relation = o.object AND o.class = 'pg_catalog.pg_class'::pg_catalog.regclass
  LEFT JOIN described d ON d.class = o.class AND d.object = o.object
