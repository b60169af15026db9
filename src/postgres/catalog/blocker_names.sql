-- What objects and columns are called, and the extension that they are members of.
SELECT o.class, o.object, o.sub, a.type, pg_catalog.array_remove(a.object_names, NULL), pg_catalog.array_remove(a.object_args, NULL), e.extname::pg_catalog.text
  FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.oid[]), pg_catalog.unnest($2::pg_catalog.oid[]),
                  pg_catalog.unnest($3::pg_catalog.int4[])) AS o (class, object, sub)
 CROSS JOIN LATERAL pg_catalog.pg_identify_object_as_address(o.class, o.object, o.sub) a
  LEFT JOIN pg_catalog.pg_depend d ON d.classid = o.class AND d.objid = o.object AND d.objsubid = 0 AND d.deptype = 'e'
  LEFT JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
 WHERE a.object_names IS NOT NULL
