-- Adds what a run did to the history.
INSERT INTO {schema}.pgmg_history (run, deed, what, duration_ms, detail, pgmg_version)
SELECT $1, r.deed, r.what, r.duration, r.detail, $6
  FROM ROWS FROM (pg_catalog.unnest($2::pg_catalog.text[]), pg_catalog.unnest($3::pg_catalog.text[]),
                  pg_catalog.unnest($4::pg_catalog.int8[]), pg_catalog.unnest($5::pg_catalog.text[]))
       AS r (deed, what, duration, detail)
