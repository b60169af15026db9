CREATE FUNCTION share_of(amount numeric) RETURNS text LANGUAGE sql AS $$ SELECT 'of a number' $$;
