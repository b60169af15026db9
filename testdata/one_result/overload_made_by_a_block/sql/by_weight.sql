CREATE FUNCTION price_of(quantity numeric) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'by weight' $$;
