-- The privileges that an owner (oid) gives by default on a kind of object, for each pair.
SELECT o.target, o.owner,
       (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(
                 pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantor)),
                 CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) END,
                 x.privilege_type, x.is_grantable))
          FROM pg_catalog.aclexplode(pg_catalog.acldefault(o.target::pg_catalog."char", o.owner)) x)
  FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.oid[])) AS o (target, owner)
