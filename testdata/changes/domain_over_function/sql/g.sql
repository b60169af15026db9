CREATE FUNCTION g(x d) RETURNS bigint LANGUAGE sql AS $$ SELECT 1::bigint $$;
