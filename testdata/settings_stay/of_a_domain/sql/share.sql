CREATE FUNCTION share(part integer, whole integer) RETURNS percent IMMUTABLE LANGUAGE sql AS $$ SELECT (100 * part / whole)::percent $$;
