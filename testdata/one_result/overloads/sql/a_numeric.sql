CREATE FUNCTION total(n numeric) RETURNS text LANGUAGE sql AS 'SELECT ''numeric''';
