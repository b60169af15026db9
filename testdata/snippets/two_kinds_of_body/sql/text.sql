CREATE FUNCTION counted_text() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM origin';
