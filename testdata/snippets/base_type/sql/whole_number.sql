-- The shell first: the functions need its name, the full type needs the functions.
CREATE TYPE whole;
CREATE FUNCTION whole_in(cstring) RETURNS whole IMMUTABLE STRICT LANGUAGE internal AS 'int4in';
CREATE FUNCTION whole_out(whole) RETURNS cstring IMMUTABLE STRICT LANGUAGE internal AS 'int4out';
CREATE TYPE whole (INPUT = whole_in, OUTPUT = whole_out, LIKE = int4, CATEGORY = 'N', PREFERRED = false);
CREATE CAST (whole AS int) WITHOUT FUNCTION AS IMPLICIT; CREATE CAST (int AS whole) WITHOUT FUNCTION; CREATE CAST (text AS whole) WITH INOUT AS ASSIGNMENT;
CREATE FUNCTION whole_cmp(whole, whole) RETURNS int IMMUTABLE LANGUAGE internal AS 'btint4cmp';
CREATE FUNCTION whole_lt(whole, whole) RETURNS bool IMMUTABLE LANGUAGE internal AS 'int4lt';
CREATE FUNCTION whole_eq(whole, whole) RETURNS bool IMMUTABLE LANGUAGE internal AS 'int4eq';
CREATE OPERATOR < (LEFTARG = whole, RIGHTARG = whole, FUNCTION = whole_lt);
CREATE OPERATOR = (LEFTARG = whole, RIGHTARG = whole, FUNCTION = whole_eq, MERGES, HASHES);
CREATE OPERATOR FAMILY whole_family USING btree;
CREATE OPERATOR CLASS whole_ops DEFAULT FOR TYPE whole USING btree FAMILY whole_family AS OPERATOR 1 <, OPERATOR 3 =, FUNCTION 1 whole_cmp(whole, whole);
CREATE VIEW in_order AS SELECT x FROM (VALUES ('3'::whole), ('1')) v(x) ORDER BY x USING <;
