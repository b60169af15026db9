-- Where objects are that exist, by their identities: a JSON array of [type, names, args]. An error if one does not exist.
SELECT a.classid, a.objid
  FROM pg_catalog.jsonb_array_elements($1::pg_catalog.jsonb) WITH ORDINALITY AS o (identity, place)
 CROSS JOIN LATERAL pg_catalog.pg_get_object_address(
         o.identity ->> 0,
         ARRAY(SELECT pg_catalog.jsonb_array_elements_text(o.identity -> 1)),
         ARRAY(SELECT pg_catalog.jsonb_array_elements_text(o.identity -> 2))) a
 ORDER BY o.place
