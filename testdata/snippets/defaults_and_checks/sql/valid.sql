CREATE FUNCTION valid_label(text) RETURNS bool IMMUTABLE LANGUAGE sql AS $$ SELECT $1 ~ '^[A-Z]' $$;
