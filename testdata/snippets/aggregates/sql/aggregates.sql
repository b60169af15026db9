CREATE FUNCTION add_up(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT coalesce($1, 0) + $2';
CREATE FUNCTION take_off(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 - $2';
CREATE FUNCTION one_more(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1';
CREATE FUNCTION one_more_any(int, VARIADIC "any") RETURNS int LANGUAGE internal IMMUTABLE AS 'int4inc';
CREATE AGGREGATE agg_moving (int) (SFUNC = add_up, STYPE = int, INITCOND = '0', MSFUNC = add_up, MINVFUNC = take_off, MSTYPE = int, PARALLEL = SAFE);
CREATE AGGREGATE agg_old (BASETYPE = int, SFUNC = add_up, STYPE = int, SORTOP = <);
CREATE AGGREGATE agg_star (*) (SFUNC = one_more, STYPE = int, INITCOND = '0');
CREATE AGGREGATE agg_ordered (float8 ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
CREATE AGGREGATE agg_rank (VARIADIC "any" ORDER BY VARIADIC "any") (SFUNC = ordered_set_transition_multi, STYPE = internal, FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL);
-- Written twice: the last one counts.
CREATE OR REPLACE AGGREGATE agg_moving (int) (SFUNC = add_up, STYPE = int, INITCOND = '5');
CREATE VIEW aggregated AS
  SELECT agg_moving(x), agg_old(x), agg_star(*), agg_ordered(0.5) WITHIN GROUP (ORDER BY x), agg_rank(1) WITHIN GROUP (ORDER BY x)
    FROM generate_series(1, 3) x;
