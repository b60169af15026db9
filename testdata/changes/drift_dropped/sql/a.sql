CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql RETURN n * 2;

CREATE VIEW v AS SELECT 1 AS one;

CREATE TYPE mood AS ENUM ('good', 'bad');
