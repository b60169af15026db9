CREATE FUNCTION pick(t text, a int, b int, VARIADIC rest int[]) RETURNS text LANGUAGE sql AS 'SELECT ''many''';
