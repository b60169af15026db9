CREATE FUNCTION pair_add(pair, pair) RETURNS pair IMMUTABLE LANGUAGE sql AS 'SELECT ROW($1.a + $2.a, $1.b + $2.b)::pair';
