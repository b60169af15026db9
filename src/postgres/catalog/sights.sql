-- What is to be seen of these objects: their identities, and of relations the columns, owner, privileges (those on columns too),
-- comments and what ALTER sets on them as a whole; of schemas and types the owner, privileges and comments.
SELECT w.class, w.object, i.type, i.object_names, i.object_args,
       coalesce((SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(a.attnum, a.attname) ORDER BY a.attnum)
                   FROM pg_catalog.pg_attribute a
                  WHERE w.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND a.attrelid = w.object
                    AND a.attnum > 0 AND NOT a.attisdropped), '[]'),
       coalesce(pg_catalog.pg_get_userbyid(coalesce(c.relowner, n.nspowner, t.typowner))::pg_catalog.text, ''),
       pg_catalog.concat_ws(E'\n', coalesce(c.relacl, n.nspacl, t.typacl)::pg_catalog.text,
         (SELECT pg_catalog.string_agg(a.attname || ':' || a.attacl::pg_catalog.text, E'\n' ORDER BY a.attname)
            FROM pg_catalog.pg_attribute a
           WHERE w.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND a.attrelid = w.object
             AND a.attacl IS NOT NULL AND NOT a.attisdropped)),
       coalesce((SELECT pg_catalog.string_agg(coalesce(a.attname, '') || ':' || d.description, E'\n' ORDER BY d.objsubid)
                   FROM pg_catalog.pg_description d
                   LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = w.object AND a.attnum = d.objsubid
                                                      AND w.class = 'pg_catalog.pg_class'::pg_catalog.regclass
                  WHERE d.classoid = w.class AND d.objoid = w.object), ''),
       pg_catalog.concat_ws(' ', c.relrowsecurity, c.relforcerowsecurity, c.reloptions, c.relreplident, c.relpersistence)
  FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.oid[]), pg_catalog.unnest($2::pg_catalog.oid[])) AS w (class, object)
  LEFT JOIN pg_catalog.pg_class c ON w.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = w.object
  LEFT JOIN pg_catalog.pg_namespace n ON w.class = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND n.oid = w.object
  LEFT JOIN pg_catalog.pg_type t ON w.class = 'pg_catalog.pg_type'::pg_catalog.regclass AND t.oid = w.object
 CROSS JOIN LATERAL pg_catalog.pg_identify_object_as_address(w.class, w.object, 0) i
 WHERE i.object_names IS NOT NULL AND coalesce(c.oid, n.oid, t.oid) IS NOT NULL
