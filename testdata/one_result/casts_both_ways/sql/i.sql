CREATE FUNCTION int_mood(int) RETURNS mood LANGUAGE sql AS $$ SELECT 'sad'::mood $$;
