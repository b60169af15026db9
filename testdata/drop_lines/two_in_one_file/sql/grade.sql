DROP FUNCTION IF EXISTS grade_of(integer);
DROP TYPE IF EXISTS grade;
CREATE TYPE grade AS ENUM ('passed', 'failed');
CREATE FUNCTION grade_of(points integer) RETURNS grade IMMUTABLE LANGUAGE sql AS $$ SELECT CASE WHEN points >= 50 THEN 'passed' ELSE 'failed' END::grade $$;
