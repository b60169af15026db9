CREATE FUNCTION is_urgent(priority) RETURNS boolean IMMUTABLE LANGUAGE sql AS $$ SELECT $1 = 'high' $$;
