CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'no_such_library', 'f';
