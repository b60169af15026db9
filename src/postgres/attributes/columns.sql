-- What columns carry: one row for each column of these relations and composite types that may carry something, or for each
-- whatever it carries ($3), in order.
-- The default only of views (elsewhere the statement that creates the relation says it), the storage only if it is not that of the type.
WITH wanted AS MATERIALIZED (
  SELECT o.class, o.object, o.place, coalesce(t.typrelid, o.object) AS relation
    FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.oid[]), pg_catalog.unnest($2::pg_catalog.oid[])) WITH ORDINALITY AS o (class, object, place)
    LEFT JOIN pg_catalog.pg_type t ON o.class = 'pg_catalog.pg_type'::pg_catalog.regclass AND t.oid = o.object AND t.typtype = 'c'
   WHERE o.class = 'pg_catalog.pg_class'::pg_catalog.regclass OR t.oid IS NOT NULL
), commented AS MATERIALIZED (
  SELECT d.objoid AS relation, d.objsubid::pg_catalog.int4 AS number, d.description
    FROM wanted w
    JOIN pg_catalog.pg_description d
      ON d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objoid = w.relation AND d.objsubid <> 0
), labelled AS MATERIALIZED (
  SELECT l.objoid AS relation, l.objsubid::pg_catalog.int4 AS number,
         pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(l.provider, l.label) ORDER BY l.provider) AS labels
    FROM wanted w
    JOIN pg_catalog.pg_seclabel l
      ON l.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND l.objoid = w.relation AND l.objsubid <> 0
   GROUP BY 1, 2
)
SELECT w.class, w.object,
       pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
         'name', a.attname, 'number', a.attnum, 'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
         'privileges', (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(
                          pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantor)),
                          CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) END,
                          x.privilege_type, x.is_grantable))
                          FROM pg_catalog.aclexplode(a.attacl) x),
         'comment', d.description, 'labels', l.labels,
         'default', CASE WHEN c.relkind = 'v' THEN pg_catalog.pg_get_expr(e.adbin, e.adrelid) END,
         'statistics_target', CASE WHEN c.relkind IN ('m', 'f', 'i', 'I') THEN nullif(a.attstattarget, -1) END,
         'storage', CASE WHEN c.relkind IN ('m', 'f') AND a.attstorage <> t.typstorage THEN a.attstorage END,
         'compression', CASE WHEN c.relkind = 'm' THEN nullif(pg_catalog.to_jsonb(a) ->> 'attcompression', '') END,
         'options', CASE WHEN c.relkind <> 'i' THEN pg_catalog.to_jsonb(a.attoptions) END,
         'foreign_options', pg_catalog.to_jsonb(a.attfdwoptions)))
  FROM wanted w
  JOIN pg_catalog.pg_class c ON c.oid = w.relation
  JOIN pg_catalog.pg_attribute a ON a.attrelid = w.relation AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_catalog.pg_attrdef e ON a.atthasdef AND e.adrelid = a.attrelid AND e.adnum = a.attnum
  LEFT JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  LEFT JOIN commented d ON d.relation = a.attrelid AND d.number = a.attnum
  LEFT JOIN labelled l ON l.relation = a.attrelid AND l.number = a.attnum
 WHERE $3 OR c.relkind IN ('m', 'f', 'i', 'I')
    OR a.attacl IS NOT NULL OR a.atthasdef OR d.relation IS NOT NULL OR l.relation IS NOT NULL
 ORDER BY w.place, a.attnum
