-- Records statements: one row for each object, or one row of its own for a statement that provides nothing.
INSERT INTO {schema}.pgmg_state (object_name, object_hash, file, ordinal, object, touches)
SELECT r.object_name, r.object_hash, r.file, r.ordinal, r.object::pg_catalog.jsonb, r.touches::pg_catalog.jsonb
  FROM ROWS FROM (
    pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[]), pg_catalog.unnest($3::pg_catalog.text[]),
    pg_catalog.unnest($4::pg_catalog.int4[]), pg_catalog.unnest($5::pg_catalog.text[]), pg_catalog.unnest($6::pg_catalog.text[])
  ) AS r (object_name, object_hash, file, ordinal, object, touches)
    ON CONFLICT (object_name) DO UPDATE
   SET object_hash = excluded.object_hash, file = excluded.file, ordinal = excluded.ordinal, object = excluded.object,
       touches = excluded.touches, last_applied = pg_catalog.now()
