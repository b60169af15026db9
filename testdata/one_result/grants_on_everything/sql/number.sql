CREATE FUNCTION numbered(n int) RETURNS text LANGUAGE sql AS 'SELECT n::text';
