CREATE FUNCTION f(n bigint, m bigint DEFAULT 1) RETURNS bigint LANGUAGE sql AS $$ SELECT 1::bigint $$;
