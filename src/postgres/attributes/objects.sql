-- What objects carry beyond what creates them: one row for each that exists, the attributes as one JSON object whose keys are
-- the fields of `Attributes`. Role and extension names are spelled as SQL needs them; privileges are null where the defaults for
-- the kind (`target`, as acldefault takes it) and the owner are in force.
WITH wanted AS MATERIALIZED (
  SELECT class, object, place
    FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.oid[]), pg_catalog.unnest($2::pg_catalog.oid[])) WITH ORDINALITY AS o (class, object, place)
), ownership (place, target, owner, acl) AS (
  SELECT w.place, CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END, c.relowner, c.relacl
    FROM wanted w JOIN pg_catalog.pg_class c ON w.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = w.object
   WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  UNION ALL
  SELECT w.place, 'f', p.proowner, p.proacl
    FROM wanted w JOIN pg_catalog.pg_proc p ON w.class = 'pg_catalog.pg_proc'::pg_catalog.regclass AND p.oid = w.object
  UNION ALL
  SELECT w.place, 'T', t.typowner, t.typacl
    FROM wanted w JOIN pg_catalog.pg_type t ON w.class = 'pg_catalog.pg_type'::pg_catalog.regclass AND t.oid = w.object
  UNION ALL
  SELECT w.place, 'n', n.nspowner, n.nspacl
    FROM wanted w JOIN pg_catalog.pg_namespace n ON w.class = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND n.oid = w.object
  UNION ALL
  SELECT w.place, 'l', l.lanowner, l.lanacl
    FROM wanted w JOIN pg_catalog.pg_language l ON w.class = 'pg_catalog.pg_language'::pg_catalog.regclass AND l.oid = w.object
  UNION ALL
  SELECT w.place, 'F', f.fdwowner, f.fdwacl
    FROM wanted w JOIN pg_catalog.pg_foreign_data_wrapper f
      ON w.class = 'pg_catalog.pg_foreign_data_wrapper'::pg_catalog.regclass AND f.oid = w.object
  UNION ALL
  SELECT w.place, 'S', s.srvowner, s.srvacl
    FROM wanted w JOIN pg_catalog.pg_foreign_server s
      ON w.class = 'pg_catalog.pg_foreign_server'::pg_catalog.regclass AND s.oid = w.object
), owned (place, target, owner, acl, initial) AS (
  SELECT o.place, o.target, o.owner, o.acl, i.initprivs
    FROM ownership o
    JOIN wanted w USING (place)
    LEFT JOIN pg_catalog.pg_init_privs i ON i.classoid = w.class AND i.objoid = w.object AND i.objsubid = 0 AND i.privtype = 'e'
  UNION ALL
  -- Kinds without privileges; an owner that is not recorded is the role that initdb made.
  SELECT w.place, NULL, coalesce(d.refobjid, 10), NULL, NULL
    FROM wanted w
    LEFT JOIN pg_catalog.pg_shdepend d
           ON d.classid = w.class AND d.objid = w.object AND d.objsubid = 0 AND d.deptype = 'o'
          AND d.dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
   WHERE w.class IN ('pg_catalog.pg_operator'::pg_catalog.regclass, 'pg_catalog.pg_opclass'::pg_catalog.regclass,
                     'pg_catalog.pg_opfamily'::pg_catalog.regclass, 'pg_catalog.pg_collation'::pg_catalog.regclass,
                     'pg_catalog.pg_conversion'::pg_catalog.regclass, 'pg_catalog.pg_ts_config'::pg_catalog.regclass,
                     'pg_catalog.pg_ts_dict'::pg_catalog.regclass, 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass,
                     'pg_catalog.pg_event_trigger'::pg_catalog.regclass, 'pg_catalog.pg_publication'::pg_catalog.regclass)
), extensions (place, member, needs) AS (
  SELECT w.place, pg_catalog.min(pg_catalog.quote_ident(e.extname)) FILTER (WHERE d.deptype = 'e'),
         pg_catalog.jsonb_agg(pg_catalog.quote_ident(e.extname) ORDER BY e.extname) FILTER (WHERE d.deptype = 'x')
    FROM wanted w
    JOIN pg_catalog.pg_depend d ON d.classid = w.class AND d.objid = w.object AND d.objsubid = 0 AND d.deptype IN ('e', 'x')
    JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
   GROUP BY w.place
), privileges (place, acl, initial) AS (
  SELECT owned.place,
         (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(
                   pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantor)),
                   CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) END,
                   x.privilege_type, x.is_grantable))
            FROM pg_catalog.aclexplode(owned.acl) x),
         (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(
                   pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantor)),
                   CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) END,
                   x.privilege_type, x.is_grantable))
            FROM pg_catalog.aclexplode(owned.initial) x)
    FROM owned
   WHERE owned.acl IS NOT NULL OR owned.initial IS NOT NULL
), described (place, comment) AS (
  SELECT w.place, d.description
    FROM wanted w JOIN pg_catalog.pg_description d ON d.classoid = w.class AND d.objoid = w.object AND d.objsubid = 0
), labelled (place, labels) AS (
  SELECT w.place, pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(l.provider, l.label) ORDER BY l.provider)
    FROM wanted w JOIN pg_catalog.pg_seclabel l ON l.classoid = w.class AND l.objoid = w.object AND l.objsubid = 0
   GROUP BY w.place
), own (place, attributes) AS (
  SELECT w.place, pg_catalog.jsonb_build_object(
           'options', CASE WHEN c.reltoastrelid = 0 THEN pg_catalog.to_jsonb(c.reloptions)
             ELSE (SELECT pg_catalog.jsonb_agg(o) FROM (
                     SELECT pg_catalog.unnest(c.reloptions)
                     UNION ALL
                     SELECT 'toast.' || pg_catalog.unnest(t.reloptions) FROM pg_catalog.pg_class t WHERE t.oid = c.reltoastrelid) AS r (o)) END,
           'tablespace', CASE WHEN c.relkind IN ('m', 'i', 'I') THEN
             (SELECT pg_catalog.quote_ident(s.spcname) FROM pg_catalog.pg_tablespace s
               WHERE s.oid = CASE c.reltablespace WHEN 0 THEN
                 (SELECT d.dattablespace FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()) ELSE c.reltablespace END) END,
           'access_method', CASE WHEN c.relkind = 'm' THEN
             (SELECT pg_catalog.quote_ident(a.amname) FROM pg_catalog.pg_am a WHERE a.oid = c.relam) END,
           'replica_identity', CASE WHEN c.relkind = 'm' THEN c.relreplident END,
           'is_populated', CASE WHEN c.relkind = 'm' THEN c.relispopulated END,
           'foreign_options', CASE WHEN c.relkind = 'f' THEN
             (SELECT pg_catalog.to_jsonb(f.ftoptions) FROM pg_catalog.pg_foreign_table f WHERE f.ftrelid = c.oid) END)
    FROM wanted w JOIN pg_catalog.pg_class c ON w.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = w.object
   WHERE c.relkind <> 'v' OR c.reloptions IS NOT NULL
  UNION ALL
  SELECT w.place, pg_catalog.jsonb_build_object(
           'routine', pg_catalog.jsonb_build_object(
             'kind', p.prokind, 'volatility', p.provolatile, 'is_strict', p.proisstrict, 'is_leakproof', p.proleakproof,
             'is_security_definer', p.prosecdef, 'parallel', p.proparallel, 'cost', p.procost::pg_catalog.text,
             'rows', CASE WHEN p.proretset THEN p.prorows::pg_catalog.text END,
             'support', (SELECT s.identity FROM pg_catalog.pg_identify_object('pg_catalog.pg_proc'::pg_catalog.regclass, p.prosupport, 0) s
                          WHERE p.prosupport <> 0),
             'settings', coalesce(pg_catalog.to_jsonb(p.proconfig), '[]')))
    FROM wanted w JOIN pg_catalog.pg_proc p ON w.class = 'pg_catalog.pg_proc'::pg_catalog.regclass AND p.oid = w.object
   WHERE p.prokind <> 'a'
  UNION ALL
  SELECT w.place, pg_catalog.jsonb_build_object('enabled', t.tgenabled)
    FROM wanted w JOIN pg_catalog.pg_trigger t ON w.class = 'pg_catalog.pg_trigger'::pg_catalog.regclass AND t.oid = w.object
  UNION ALL
  SELECT w.place, pg_catalog.jsonb_build_object('enabled', r.ev_enabled)
    FROM wanted w JOIN pg_catalog.pg_rewrite r ON w.class = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND r.oid = w.object
  UNION ALL
  SELECT w.place, pg_catalog.jsonb_build_object('enabled', e.evtenabled)
    FROM wanted w JOIN pg_catalog.pg_event_trigger e ON w.class = 'pg_catalog.pg_event_trigger'::pg_catalog.regclass AND e.oid = w.object
  UNION ALL
  SELECT w.place, pg_catalog.jsonb_build_object('statistics_target', coalesce(s.stxstattarget, -1))
    FROM wanted w JOIN pg_catalog.pg_statistic_ext s ON w.class = 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass AND s.oid = w.object
  UNION ALL
  SELECT w.place, pg_catalog.jsonb_build_object('foreign_options', pg_catalog.to_jsonb(f.srvoptions), 'version', f.srvversion)
    FROM wanted w JOIN pg_catalog.pg_foreign_server f
      ON w.class = 'pg_catalog.pg_foreign_server'::pg_catalog.regclass AND f.oid = w.object
  UNION ALL
  SELECT w.place, pg_catalog.jsonb_build_object('foreign_options', pg_catalog.to_jsonb(f.fdwoptions))
    FROM wanted w JOIN pg_catalog.pg_foreign_data_wrapper f
      ON w.class = 'pg_catalog.pg_foreign_data_wrapper'::pg_catalog.regclass AND f.oid = w.object
  UNION ALL
  -- The options of another role's mapping are secret: PostgreSQL then gives NULL.
  SELECT w.place, pg_catalog.jsonb_build_object('foreign_options', pg_catalog.to_jsonb(f.umoptions))
    FROM wanted w JOIN pg_catalog.pg_user_mappings f
      ON w.class = 'pg_catalog.pg_user_mapping'::pg_catalog.regclass AND f.umid = w.object
  UNION ALL
  SELECT m.place, pg_catalog.jsonb_build_object('mappings', pg_catalog.jsonb_object_agg(m.token, m.dictionaries))
    FROM (SELECT w.place, t.alias AS token,
                 pg_catalog.string_agg(pg_catalog.format('%I.%I', n.nspname, d.dictname), ', ' ORDER BY m.mapseqno) AS dictionaries
            FROM wanted w
            JOIN pg_catalog.pg_ts_config c ON w.class = 'pg_catalog.pg_ts_config'::pg_catalog.regclass AND c.oid = w.object
            JOIN pg_catalog.pg_ts_config_map m ON m.mapcfg = c.oid
            JOIN LATERAL pg_catalog.ts_token_type(c.cfgparser) t ON t.tokid = m.maptokentype
            JOIN pg_catalog.pg_ts_dict d ON d.oid = m.mapdict
            JOIN pg_catalog.pg_namespace n ON n.oid = d.dictnamespace
           GROUP BY w.place, t.alias) m
   GROUP BY m.place
), marked (place, marks) AS (
  SELECT w.place, pg_catalog.jsonb_build_object('is_clustered', i.indisclustered, 'is_replica_identity', i.indisreplident,
           'of', pg_catalog.jsonb_build_array(n.nspname, r.relname), 'of_kind', r.relkind)
    FROM wanted w
    JOIN pg_catalog.pg_index i ON w.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND i.indexrelid = w.object
    JOIN pg_catalog.pg_class r ON r.oid = i.indrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
), constraints (place, comments) AS (
  SELECT w.place, pg_catalog.jsonb_object_agg(k.conname, coalesce(d.description, ''))
    FROM wanted w
    JOIN pg_catalog.pg_constraint k
      ON CASE WHEN w.class = 'pg_catalog.pg_class'::pg_catalog.regclass THEN k.conrelid = w.object
              WHEN w.class = 'pg_catalog.pg_type'::pg_catalog.regclass THEN k.contypid = w.object END
    LEFT JOIN pg_catalog.pg_description d ON d.classoid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND d.objoid = k.oid
   WHERE w.class IN ('pg_catalog.pg_class'::pg_catalog.regclass, 'pg_catalog.pg_type'::pg_catalog.regclass)
   GROUP BY w.place
)
SELECT w.class, w.object, a.type, a.object_names, a.object_args,
       pg_catalog.jsonb_strip_nulls(
         coalesce(own.attributes, '{}')
         || pg_catalog.jsonb_build_object(
              'target', owned.target, 'owner_number', owned.owner::pg_catalog.int8, 'owner', pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(owned.owner)),
              'acts_for_owner', pg_catalog.pg_has_role(owned.owner, 'USAGE'),
              'privileges', coalesce(privileges.acl, CASE WHEN owned.acl IS NOT NULL THEN '[]'::pg_catalog.jsonb END), 'initial_privileges', privileges.initial, 'comment', described.comment,
              'labels', labelled.labels, 'member_of', extensions.member, 'needs_extensions', extensions.needs,
              'index', marked.marks, 'constraints', constraints.comments))
  FROM wanted w
 CROSS JOIN LATERAL pg_catalog.pg_identify_object_as_address(w.class, w.object, 0) a
  LEFT JOIN owned USING (place)
  LEFT JOIN privileges USING (place)
  LEFT JOIN described USING (place)
  LEFT JOIN labelled USING (place)
  LEFT JOIN extensions USING (place)
  LEFT JOIN own USING (place)
  LEFT JOIN marked USING (place)
  LEFT JOIN constraints USING (place)
 WHERE a.object_names IS NOT NULL
 ORDER BY w.place
