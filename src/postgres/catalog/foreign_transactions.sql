-- Which of these transactions are not part of this one; they are given by their distance from the top transaction.
SELECT x
  FROM pg_catalog.unnest($1::pg_catalog.int4[]) AS x
 WHERE pg_catalog.pg_xact_status((pg_catalog.pg_current_xact_id()::pg_catalog.text::pg_catalog.int8 + x)::pg_catalog.text::pg_catalog.xid8)
       IS DISTINCT FROM 'in progress'
