CREATE FUNCTION pair_text(pair) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT $1.a || ''/'' || $1.b';
