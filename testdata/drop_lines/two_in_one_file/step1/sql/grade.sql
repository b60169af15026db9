DROP TYPE IF EXISTS public.grade CASCADE;
DROP FUNCTION IF EXISTS public.grade_of(points integer);
CREATE TYPE grade AS ENUM ('passed', 'failed');
CREATE FUNCTION grade_of(points integer) RETURNS grade IMMUTABLE LANGUAGE sql AS $$ SELECT CASE WHEN points >= 50 THEN 'passed' ELSE 'failed' END::grade $$;
