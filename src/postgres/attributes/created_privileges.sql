-- The privileges that CREATE gives an object of a kind (as acldefault takes it) and an owner: those that are built in, changed by
-- ALTER DEFAULT PRIVILEGES as PostgreSQL does it (an entry without a schema stands for what is built in, one for the object's
-- schema is added). Entries in $5 do not count.
SELECT o.class, o.object,
       (SELECT pg_catalog.jsonb_agg(p.privilege ORDER BY p.privilege)
          FROM (SELECT DISTINCT pg_catalog.jsonb_build_array(
                         pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantor)),
                         CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) END,
                         x.privilege_type, x.is_grantable) AS privilege
                  FROM (SELECT coalesce(
                                 (SELECT d.defaclacl FROM pg_catalog.pg_default_acl d
                                   WHERE d.defaclrole = o.owner AND d.defaclnamespace = 0 AND d.defaclobjtype = k.kind
                                     AND d.oid <> ALL ($5::pg_catalog.oid[])),
                                 pg_catalog.acldefault(o.target::pg_catalog."char", o.owner))
                        UNION ALL
                        SELECT d.defaclacl
                          FROM pg_catalog.pg_default_acl d
                          JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace
                          JOIN pg_catalog.pg_identify_object(o.class, o.object, 0) i ON i.schema = pg_catalog.quote_ident(n.nspname)
                         WHERE d.defaclrole = o.owner AND d.defaclobjtype = k.kind
                           AND d.oid <> ALL ($5::pg_catalog.oid[])) AS a (acl)
                 CROSS JOIN LATERAL pg_catalog.aclexplode(a.acl) x) p)
  FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.oid[]), pg_catalog.unnest($2::pg_catalog.oid[]), pg_catalog.unnest($3::pg_catalog.text[]),
                  pg_catalog.unnest($4::pg_catalog.oid[]))
       AS o (class, object, target, owner)
 CROSS JOIN LATERAL (SELECT (CASE o.target WHEN 's' THEN 'S' WHEN 'S' THEN NULL ELSE o.target END)::pg_catalog."char") AS k (kind)
