SELECT pg_catalog.set_config('search_path', 'east', false);
CREATE VIEW stock AS SELECT 1 AS n;
CREATE FUNCTION rate() RETURNS int BEGIN ATOMIC SELECT n FROM stock; END;
