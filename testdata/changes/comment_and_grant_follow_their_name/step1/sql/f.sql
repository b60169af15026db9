CREATE FUNCTION f(n numeric) RETURNS bigint LANGUAGE sql AS $$ SELECT 1::bigint $$;
