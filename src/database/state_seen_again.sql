-- Records where objects are and what they are now, of those that are recorded.
UPDATE {schema}.pgmg_state s
   SET class_id = r.class_id, object_id = r.object_id, fingerprint = ARRAY[r.definition, r.owner, r.grants, r.comment]
  FROM ROWS FROM (
    pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.oid[]), pg_catalog.unnest($3::pg_catalog.oid[]),
    pg_catalog.unnest($4::pg_catalog.text[]), pg_catalog.unnest($5::pg_catalog.text[]), pg_catalog.unnest($6::pg_catalog.text[]),
    pg_catalog.unnest($7::pg_catalog.text[])
  ) AS r (object_name, class_id, object_id, definition, owner, grants, comment)
 WHERE s.object_name = r.object_name AND r.class_id IS NOT NULL
