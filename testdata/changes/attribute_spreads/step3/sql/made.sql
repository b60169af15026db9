CREATE FUNCTION made() RETURNS address LANGUAGE sql AS $$ SELECT 'a'::text, 'b'::text, 'c'::text $$;
