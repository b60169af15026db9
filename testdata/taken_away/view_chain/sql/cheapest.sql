CREATE MATERIALIZED VIEW cheapest AS SELECT min(price) AS price FROM cheap;

CREATE UNIQUE INDEX cheapest_price ON cheapest (price);

GRANT SELECT ON cheapest TO buyer;
