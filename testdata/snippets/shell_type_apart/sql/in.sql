-- With a NOTICE, PostgreSQL makes the shell where it is missing.
CREATE FUNCTION pebble_in(cstring) RETURNS pebble IMMUTABLE STRICT LANGUAGE internal AS 'int4in';
