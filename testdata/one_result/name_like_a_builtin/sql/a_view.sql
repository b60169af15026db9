SET search_path = mine, pg_catalog;
CREATE VIEW mine.shout AS SELECT upper('x'::text) AS loud;
