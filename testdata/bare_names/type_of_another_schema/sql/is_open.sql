CREATE FUNCTION work.is_open(work.entry) RETURNS boolean IMMUTABLE LANGUAGE sql AS $$ SELECT ($1).state = 'open' $$;
