CREATE FUNCTION wh(x int, OUT y int, OUT z text) RETURNS SETOF record LANGUAGE sql AS $$ SELECT 1, 'a'::text $$;
