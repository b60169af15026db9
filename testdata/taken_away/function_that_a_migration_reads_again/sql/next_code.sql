CREATE FUNCTION next_code() RETURNS text LANGUAGE sql AS $$ SELECT 'T' || clock_timestamp() $$;
