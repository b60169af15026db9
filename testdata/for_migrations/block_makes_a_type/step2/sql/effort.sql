DO $$
BEGIN
    IF to_regtype('effort') IS NULL THEN
        CREATE DOMAIN effort AS integer CHECK (VALUE BETWEEN 1 AND 13);
    END IF;
END
$$;
