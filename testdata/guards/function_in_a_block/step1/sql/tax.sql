DO $block$
BEGIN
    CREATE FUNCTION tax(net numeric) RETURNS numeric IMMUTABLE LANGUAGE sql AS $$ SELECT round(net * 0.19, 2) $$;
    CREATE FUNCTION tax(net numeric, rate numeric) RETURNS numeric IMMUTABLE LANGUAGE sql AS $$ SELECT net * rate $$;
EXCEPTION
    WHEN duplicate_function THEN NULL;
END
$block$;
