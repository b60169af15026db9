CREATE FUNCTION total(n int) RETURNS text LANGUAGE sql AS 'SELECT ''integer''';
