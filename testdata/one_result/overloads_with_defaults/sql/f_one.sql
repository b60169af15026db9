CREATE FUNCTION pick(t text) RETURNS text LANGUAGE sql AS 'SELECT ''one''';
