-- How PostgreSQL describes objects that no file describes: the statement that creates each again. Kinds that it cannot describe
-- completely are left out. To be run with an empty search_path, so that every name comes with its schema.
WITH wanted AS MATERIALIZED (
  SELECT o.class, o.object, i.identity
    FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.oid[]), pg_catalog.unnest($2::pg_catalog.oid[])) AS o (class, object)
   CROSS JOIN LATERAL pg_catalog.pg_identify_object(o.class, o.object, 0) i
), described (class, object, statement) AS (
  SELECT w.class, w.object,
         CASE c.relkind
           WHEN 'v' THEN pg_catalog.format('CREATE VIEW %s AS%s%s', w.identity, E'\n', pg_catalog.pg_get_viewdef(c.oid))
           WHEN 'm' THEN pg_catalog.format('CREATE MATERIALIZED VIEW %s AS%s%s%sWITH %s', w.identity, E'\n',
                           pg_catalog.rtrim(pg_catalog.pg_get_viewdef(c.oid), ';'), E'\n', CASE WHEN c.relispopulated THEN 'DATA' ELSE 'NO DATA' END)
           WHEN 'I' THEN pg_catalog.replace(pg_catalog.pg_get_indexdef(c.oid), ' ON ONLY ', ' ON ')
           ELSE pg_catalog.pg_get_indexdef(c.oid)
         END
    FROM wanted w JOIN pg_catalog.pg_class c ON w.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = w.object
   WHERE c.relkind IN ('v', 'm', 'i', 'I') AND NOT c.relispartition
  UNION ALL
  SELECT w.class, w.object, pg_catalog.pg_get_functiondef(p.oid)
    FROM wanted w JOIN pg_catalog.pg_proc p ON w.class = 'pg_catalog.pg_proc'::pg_catalog.regclass AND p.oid = w.object AND p.prokind <> 'a'
  UNION ALL
  SELECT w.class, w.object, pg_catalog.pg_get_triggerdef(t.oid)
    FROM wanted w JOIN pg_catalog.pg_trigger t ON w.class = 'pg_catalog.pg_trigger'::pg_catalog.regclass AND t.oid = w.object
   WHERE NOT t.tgisinternal AND coalesce(pg_catalog.to_jsonb(t) ->> 'tgparentid', '0') = '0'
  UNION ALL
  SELECT w.class, w.object, pg_catalog.pg_get_ruledef(r.oid)
    FROM wanted w JOIN pg_catalog.pg_rewrite r ON w.class = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND r.oid = w.object
   WHERE r.rulename <> '_RETURN'
  UNION ALL
  SELECT w.class, w.object, pg_catalog.pg_get_statisticsobjdef(w.object)
    FROM wanted w WHERE w.class = 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass
  UNION ALL
  SELECT w.class, w.object,
         pg_catalog.format('ALTER %s ADD CONSTRAINT %I %s',
           coalesce('TABLE ' || (SELECT pg_catalog.format('%I.%I', n.nspname, r.relname) FROM pg_catalog.pg_class r
                                  JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace WHERE r.oid = k.conrelid),
                    'DOMAIN ' || pg_catalog.format_type(nullif(k.contypid, 0), NULL)),
           k.conname, pg_catalog.pg_get_constraintdef(k.oid))
    FROM wanted w JOIN pg_catalog.pg_constraint k ON w.class = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND k.oid = w.object
   WHERE k.contype <> 't' AND k.conislocal AND k.conparentid = 0
  UNION ALL
  SELECT w.class, w.object,
         pg_catalog.format('ALTER TABLE %I.%I ALTER COLUMN %I SET DEFAULT %s', n.nspname, r.relname, a.attname,
                           pg_catalog.pg_get_expr(d.adbin, d.adrelid))
    FROM wanted w
    JOIN pg_catalog.pg_attrdef d ON w.class = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.oid = w.object
    JOIN pg_catalog.pg_class r ON r.oid = d.adrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
    JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum AND a.attgenerated = ''
  UNION ALL
  SELECT w.class, w.object,
         pg_catalog.format('CREATE POLICY %I ON %I.%I AS %s FOR %s TO %s', p.polname, n.nspname, r.relname,
           CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
           CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
           (SELECT pg_catalog.string_agg(CASE o WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(o)) END, ', ')
              FROM pg_catalog.unnest(p.polroles) o))
         || coalesce(' USING (' || pg_catalog.pg_get_expr(p.polqual, p.polrelid) || ')', '')
         || coalesce(' WITH CHECK (' || pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) || ')', '')
    FROM wanted w
    JOIN pg_catalog.pg_policy p ON w.class = 'pg_catalog.pg_policy'::pg_catalog.regclass AND p.oid = w.object
    JOIN pg_catalog.pg_class r ON r.oid = p.polrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
  UNION ALL
  SELECT w.class, w.object,
         pg_catalog.format('ALTER PUBLICATION %I ADD TABLE %I.%I', u.pubname, n.nspname, r.relname)
         || coalesce((SELECT ' (' || pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY k.place) || ')'
                        FROM pg_catalog.unnest(since_15.prattrs) WITH ORDINALITY AS k (number, place)
                        JOIN pg_catalog.pg_attribute a ON a.attrelid = p.prrelid AND a.attnum = k.number), '')
         || coalesce(' WHERE (' || pg_catalog.pg_get_expr(since_15.prqual, p.prrelid) || ')', '')
    FROM wanted w
    JOIN pg_catalog.pg_publication_rel p ON w.class = 'pg_catalog.pg_publication_rel'::pg_catalog.regclass AND p.oid = w.object
   -- Columns of pg_publication_rel since 15: an unqualified name that it lacks is looked up outside, in "absent".
   CROSS JOIN (SELECT NULL::pg_catalog.int2vector AS prattrs, NULL::pg_catalog.pg_node_tree AS prqual) AS absent
   CROSS JOIN LATERAL (SELECT prattrs, prqual FROM pg_catalog.pg_publication_rel q WHERE q.oid = p.oid) AS since_15
    JOIN pg_catalog.pg_publication u ON u.oid = p.prpubid
    JOIN pg_catalog.pg_class r ON r.oid = p.prrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
  UNION ALL
  SELECT w.class, w.object,
         CASE t.typtype
           WHEN 'e' THEN pg_catalog.format('CREATE TYPE %s AS ENUM (%s)', w.identity,
             (SELECT pg_catalog.string_agg(pg_catalog.quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
                FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid))
           WHEN 'c' THEN pg_catalog.format('CREATE TYPE %s AS (%s)', w.identity,
             (SELECT pg_catalog.string_agg(
                       pg_catalog.format('%I %s', a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod))
                       || coalesce((SELECT pg_catalog.format(' COLLATE %I.%I', cn.nspname, l.collname)
                                      FROM pg_catalog.pg_collation l JOIN pg_catalog.pg_namespace cn ON cn.oid = l.collnamespace
                                     WHERE l.oid = a.attcollation AND a.attcollation <> at.typcollation), ''),
                       ', ' ORDER BY a.attnum)
                FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type at ON at.oid = a.atttypid
               WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped))
           ELSE pg_catalog.format('CREATE DOMAIN %s AS %s', w.identity, pg_catalog.format_type(t.typbasetype, t.typtypmod))
             || coalesce((SELECT pg_catalog.format(' COLLATE %I.%I', cn.nspname, l.collname)
                            FROM pg_catalog.pg_collation l JOIN pg_catalog.pg_namespace cn ON cn.oid = l.collnamespace
                            JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
                           WHERE l.oid = t.typcollation AND t.typcollation <> b.typcollation), '')
             || coalesce(' DEFAULT ' || pg_catalog.pg_get_expr(t.typdefaultbin, 0), '')
             || CASE WHEN t.typnotnull THEN ' NOT NULL' ELSE '' END
             || coalesce((SELECT pg_catalog.string_agg(pg_catalog.format(' CONSTRAINT %I %s', k.conname, pg_catalog.pg_get_constraintdef(k.oid)), '' ORDER BY k.conname)
                            FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c' AND k.convalidated), '')
         END
    FROM wanted w JOIN pg_catalog.pg_type t ON w.class = 'pg_catalog.pg_type'::pg_catalog.regclass AND t.oid = w.object
   WHERE t.typtype IN ('e', 'd') OR t.typtype = 'c' AND EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c')
  UNION ALL
  SELECT w.class, w.object,
         pg_catalog.format('CREATE CAST (%s AS %s) %s%s', pg_catalog.format_type(c.castsource, NULL), pg_catalog.format_type(c.casttarget, NULL),
           CASE c.castmethod WHEN 'f' THEN 'WITH FUNCTION ' || c.castfunc::pg_catalog.regprocedure WHEN 'i' THEN 'WITH INOUT' ELSE 'WITHOUT FUNCTION' END,
           CASE c.castcontext WHEN 'i' THEN ' AS IMPLICIT' WHEN 'a' THEN ' AS ASSIGNMENT' ELSE '' END)
    FROM wanted w JOIN pg_catalog.pg_cast c ON w.class = 'pg_catalog.pg_cast'::pg_catalog.regclass AND c.oid = w.object
  UNION ALL
  SELECT w.class, w.object,
         pg_catalog.format('CREATE EVENT TRIGGER %I ON %s%s EXECUTE FUNCTION %s', e.evtname, e.evtevent,
           (SELECT pg_catalog.format(' WHEN TAG IN (%s)', pg_catalog.string_agg(pg_catalog.quote_literal(t), ', '))
              FROM pg_catalog.unnest(e.evttags) t HAVING pg_catalog.count(*) > 0), e.evtfoid::pg_catalog.regprocedure)
    FROM wanted w JOIN pg_catalog.pg_event_trigger e ON w.class = 'pg_catalog.pg_event_trigger'::pg_catalog.regclass AND e.oid = w.object
)
SELECT class, object, statement FROM described WHERE statement IS NOT NULL
