CREATE TYPE deck AS ENUM ('upper', 'lower');
CREATE FUNCTION is_upper(deck) RETURNS boolean IMMUTABLE LANGUAGE sql AS $$ SELECT $1 = 'upper' $$;
