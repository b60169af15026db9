-- Default privileges by their rows in pg_default_acl: whose and where they are, on what, which they are, and which are built in.
SELECT pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(d.defaclrole)),
       (SELECT pg_catalog.quote_ident(n.nspname) FROM pg_catalog.pg_namespace n WHERE n.oid = d.defaclnamespace),
       CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES' ELSE 'SCHEMAS' END,
       (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(
                 pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantor)),
                 CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) END,
                 x.privilege_type, x.is_grantable))
          FROM pg_catalog.aclexplode(d.defaclacl) x),
       (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(
                 pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantor)),
                 CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) END,
                 x.privilege_type, x.is_grantable))
          FROM pg_catalog.aclexplode(pg_catalog.acldefault(
                 CASE d.defaclobjtype WHEN 'S' THEN 's'::pg_catalog."char" ELSE d.defaclobjtype END, d.defaclrole)) x
         WHERE d.defaclnamespace = 0)
  FROM pg_catalog.pg_default_acl d
 WHERE d.oid = ANY ($1::pg_catalog.oid[])
 ORDER BY d.oid
