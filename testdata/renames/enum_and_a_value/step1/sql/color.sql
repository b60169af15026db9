CREATE FUNCTION is_red(color) RETURNS boolean IMMUTABLE LANGUAGE sql AS $$ SELECT $1 = 'red' $$;
CREATE DOMAIN bright AS color CHECK (VALUE <> 'gray');
