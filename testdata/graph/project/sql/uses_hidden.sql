CREATE FUNCTION first_hidden() RETURNS int LANGUAGE sql AS 'SELECT a FROM hidden';
