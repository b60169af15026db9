DO $block$
BEGIN
    IF to_regtype('code') IS NULL THEN
        CREATE DOMAIN code AS text CHECK (VALUE ~ '^[A-Z]+$');
        CREATE FUNCTION code_of(text) RETURNS code IMMUTABLE LANGUAGE sql AS $$ SELECT upper($1)::code $$;
    END IF;
END
$block$;
