CREATE FUNCTION first_label() RETURNS label LANGUAGE sql AS $$ SELECT 'A'::label $$;
