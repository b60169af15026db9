DO $block$
BEGIN
    CREATE FUNCTION tax(net numeric) RETURNS numeric IMMUTABLE LANGUAGE sql AS $$ SELECT net * 0.2 $$;
EXCEPTION
    WHEN duplicate_function THEN NULL;
END
$block$;
