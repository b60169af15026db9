CREATE MATERIALIZED VIEW clicks AS SELECT page, count(*) AS clicks FROM click GROUP BY page;
CREATE INDEX clicks_page ON clicks (page);
