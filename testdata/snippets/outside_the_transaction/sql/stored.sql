CREATE MATERIALIZED VIEW stored AS SELECT stored_value() AS x;
-- pgmg: no-transaction
CREATE UNIQUE INDEX CONCURRENTLY stored_x ON stored (x);
