-- How many rows the state tables have, and the sum of the transactions that wrote them.
SELECT pg_catalog.count(*), coalesce(pg_catalog.sum(x::pg_catalog.text::pg_catalog.int8), 0)::pg_catalog.int8
  FROM (SELECT xmin FROM {schema}.pgmg_migrations UNION ALL SELECT xmin FROM {schema}.pgmg_state) AS r (x)
