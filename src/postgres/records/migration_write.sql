-- Records migrations as they stand now: how far each came, and what it is.
INSERT INTO {schema}.pgmg_migrations AS m
       (name, checksum, sql, status, completed, section, begun, destructive, duration_ms, applied_by, pgmg_version)
SELECT r.name, r.checksum, r.sql, r.status, r.completed, r.section, r.begun::pg_catalog.oid[], r.destructive, r.duration, SESSION_USER, $10
  FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[]),
                  pg_catalog.unnest($3::pg_catalog.text[]), pg_catalog.unnest($4::pg_catalog.text[]),
                  pg_catalog.unnest($5::pg_catalog.int4[]), pg_catalog.unnest($6::pg_catalog.text[]),
                  pg_catalog.unnest($7::pg_catalog.text[]), pg_catalog.unnest($8::pg_catalog.bool[]),
                  pg_catalog.unnest($9::pg_catalog.int8[]))
       AS r (name, checksum, sql, status, completed, section, begun, destructive, duration)
    ON CONFLICT (name) DO UPDATE
   SET checksum = EXCLUDED.checksum, sql = EXCLUDED.sql, status = EXCLUDED.status, completed = EXCLUDED.completed,
       section = EXCLUDED.section, begun = EXCLUDED.begun, destructive = EXCLUDED.destructive,
       -- What is done in several runs took as long as all of them.
       duration_ms = coalesce(m.duration_ms, 0) + EXCLUDED.duration_ms,
       applied_by = EXCLUDED.applied_by, pgmg_version = EXCLUDED.pgmg_version, applied_at = pg_catalog.now()
