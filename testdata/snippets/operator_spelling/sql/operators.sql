-- `|/*` begins a comment, although `|/` is an operator of its own.
CREATE FUNCTION pair_up(int, int) RETURNS int IMMUTABLE LANGUAGE sql AS 'select $1 * 10 + $2';
CREATE OPERATOR @#@ (LEFTARG = int, RIGHTARG = int, FUNCTION = pair_up);
CREATE OPERATOR <-|-> (LEFTARG = int, RIGHTARG = int, PROCEDURE = pair_up, COMMUTATOR = <-|->);
CREATE OPERATOR !~! (RIGHTARG = int, FUNCTION = int4um);
CREATE OPERATOR |/* not an end: ; */ (LEFTARG = int, RIGHTARG = int, FUNCTION = pair_up);
CREATE VIEW all_of_them AS
  SELECT 1 @#@ 2 AS a, 3 OPERATOR(pg_catalog.+) 4 AS b, 1 OPERATOR(public.<-|->) 2 AS c, !~! 5 AS d, 6|7 AS e;
