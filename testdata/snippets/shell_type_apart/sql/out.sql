CREATE FUNCTION pebble_out(pebble) RETURNS cstring IMMUTABLE STRICT LANGUAGE internal AS 'int4out';
