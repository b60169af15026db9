CREATE FUNCTION is_red(colour) RETURNS boolean IMMUTABLE LANGUAGE sql AS $$ SELECT $1 = 'red' $$;
CREATE DOMAIN bright AS colour CHECK (VALUE <> 'grey');
