CREATE MATERIALIZED VIEW price_list AS SELECT price_of(12) AS price_of_a_dozen;
