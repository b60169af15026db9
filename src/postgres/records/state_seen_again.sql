-- Records where objects are and what they are now, of those that are recorded and there.
UPDATE {schema}.pgmg_state s
   SET class_id = f.class_id, object_id = f.object_id, fingerprint = ARRAY[f.definition, f.owner, f.grants, f.comment]
  FROM ROWS FROM (
    pg_catalog.unnest($1::pg_catalog.oid[]), pg_catalog.unnest($2::pg_catalog.oid[]), pg_catalog.unnest($3::pg_catalog.text[])
  ) AS r (class_id, object_id, object_name)
  JOIN (
{fingerprints}
  ) AS f (class_id, object_id, definition, owner, grants, comment) ON f.class_id = r.class_id AND f.object_id = r.object_id
 WHERE s.object_name = r.object_name
