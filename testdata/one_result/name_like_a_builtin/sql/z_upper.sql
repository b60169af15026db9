CREATE FUNCTION mine.upper(t text) RETURNS text LANGUAGE sql AS 'SELECT t || ''!''';
