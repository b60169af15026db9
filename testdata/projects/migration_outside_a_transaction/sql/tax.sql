CREATE FUNCTION with_tax(net numeric) RETURNS numeric IMMUTABLE LANGUAGE sql AS 'SELECT net * 1.2';
