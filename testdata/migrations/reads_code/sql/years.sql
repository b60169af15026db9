CREATE FUNCTION years(text) RETURNS int IMMUTABLE LANGUAGE sql AS $$ SELECT substring($1 from '[0-9]+')::int $$;
