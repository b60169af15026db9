CREATE FUNCTION f(n bigint) RETURNS bigint LANGUAGE sql AS $$ SELECT 1::bigint $$;
