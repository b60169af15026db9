CREATE FUNCTION e(a int, b int) RETURNS TABLE (c int, d int) LANGUAGE sql AS 'SELECT a, b FROM f';
