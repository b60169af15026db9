-- Written on another system.
CREATE TABLE lines (a int);
CREATE FUNCTION one_line() RETURNS text LANGUAGE sql AS $$
 SELECT 'x;'::text -- the end
$$;
CREATE VIEW last_line AS SELECT a FROM lines -- nothing follows