-- What objects are called, by their class and object id.
SELECT o.class, o.object, a.type, a.object_names, a.object_args
  FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.oid[]), pg_catalog.unnest($2::pg_catalog.oid[])) AS o (class, object)
 CROSS JOIN LATERAL pg_catalog.pg_identify_object_as_address(o.class, o.object, 0) a
 WHERE a.type IS NOT NULL
