CREATE TYPE pair AS (a int, b text);

CREATE DOMAIN small AS int CHECK (is_small(VALUE));

CREATE FUNCTION is_small(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 < 6';
