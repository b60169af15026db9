-- Records statements: one row for each object, with what it is now, or one row of its own for a statement that provides nothing.
INSERT INTO {schema}.pgmg_state (object_name, object_hash, file, ordinal, object, touches,
                                 class_id, object_id, fingerprint)
SELECT r.object_name, r.object_hash, r.file, r.ordinal, r.object::pg_catalog.jsonb, r.touches::pg_catalog.jsonb,
       f.class_id, f.object_id,
       CASE WHEN f.class_id IS NOT NULL THEN ARRAY[f.definition, f.owner, f.grants, f.comment] END
  FROM ROWS FROM (
    pg_catalog.unnest($1::pg_catalog.oid[]), pg_catalog.unnest($2::pg_catalog.oid[]), pg_catalog.unnest($3::pg_catalog.text[]),
    pg_catalog.unnest($4::pg_catalog.text[]), pg_catalog.unnest($5::pg_catalog.text[]), pg_catalog.unnest($6::pg_catalog.int4[]),
    pg_catalog.unnest($7::pg_catalog.text[]), pg_catalog.unnest($8::pg_catalog.text[])
  ) AS r (class_id, object_id, object_name, object_hash, file, ordinal, object, touches)
  LEFT JOIN (
{fingerprints}
  ) AS f (class_id, object_id, definition, owner, grants, comment) ON f.class_id = r.class_id AND f.object_id = r.object_id
    ON CONFLICT (object_name) DO UPDATE
   SET object_hash = excluded.object_hash, file = excluded.file, ordinal = excluded.ordinal, object = excluded.object,
       touches = excluded.touches, class_id = excluded.class_id, object_id = excluded.object_id,
       fingerprint = excluded.fingerprint, last_applied = pg_catalog.now()
