CREATE FUNCTION f(n app.mood) RETURNS bigint LANGUAGE sql AS $$ SELECT 1 $$;
