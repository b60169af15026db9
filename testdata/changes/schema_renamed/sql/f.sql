CREATE FUNCTION f(n "App".mood) RETURNS bigint LANGUAGE sql AS $$ SELECT 1 $$;
