-- What was done, the latest last; at most $1 events.
SELECT at::pg_catalog.text, run, deed, what, done_by, duration_ms, detail
  FROM (SELECT * FROM {schema}.pgmg_history ORDER BY id DESC LIMIT $1) AS latest ORDER BY id
