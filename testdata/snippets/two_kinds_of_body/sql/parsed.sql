CREATE FUNCTION counted_parsed() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM origin; END;
