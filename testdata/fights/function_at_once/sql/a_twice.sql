CREATE FUNCTION twice(n integer) RETURNS integer IMMUTABLE LANGUAGE sql AS $$ SELECT 2 * n $$;
