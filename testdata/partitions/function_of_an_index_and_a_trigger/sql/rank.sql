CREATE FUNCTION rank_of(score integer) RETURNS integer IMMUTABLE LANGUAGE sql AS $$ SELECT score / 10 $$;
