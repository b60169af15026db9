CREATE FUNCTION pick(t text, w int) RETURNS text LANGUAGE sql AS 'SELECT ''two''';
