CREATE FUNCTION z_helper() RETURNS text LANGUAGE sql AS $$ SELECT 'a\'::text $$;
