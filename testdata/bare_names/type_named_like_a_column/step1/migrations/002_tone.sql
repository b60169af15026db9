ALTER TABLE note ADD COLUMN tone integer;
CREATE FUNCTION tone(note) RETURNS integer IMMUTABLE LANGUAGE sql AS $$ SELECT ($1).tone $$;
