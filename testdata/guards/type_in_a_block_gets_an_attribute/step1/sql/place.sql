DO $$
BEGIN
    IF to_regtype('place') IS NULL THEN
        CREATE TYPE place AS (x integer, y integer, z integer);
    END IF;
END
$$;
