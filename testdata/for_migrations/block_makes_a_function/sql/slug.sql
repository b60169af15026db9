DO $block$
BEGIN
    EXECUTE format('CREATE FUNCTION %I(text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT lower($1) $$', 'slug' || '_of');
END
$block$;
