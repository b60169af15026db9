CREATE FUNCTION rank_of(points integer) RETURNS integer IMMUTABLE LANGUAGE sql AS $$ SELECT points / 10 $$;
