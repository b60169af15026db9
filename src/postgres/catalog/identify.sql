-- What objects are called, by their class and object id, and the schema of those that may be temporary or in TOAST (asked
-- only where a name looks like it, because it takes as long as the names themselves).
SELECT o.class, o.object, a.type, a.object_names, a.object_args,
       CASE WHEN pg_catalog.array_to_string(a.object_names, ' ') LIKE '%pg\_t%'
            THEN (SELECT i.schema FROM pg_catalog.pg_identify_object(o.class, o.object, 0) i) END
  FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.oid[]), pg_catalog.unnest($2::pg_catalog.oid[])) AS o (class, object)
 CROSS JOIN LATERAL pg_catalog.pg_identify_object_as_address(o.class, o.object, 0) a
 WHERE a.object_names IS NOT NULL
