DO $$
BEGIN
    CREATE DOMAIN email AS text NOT NULL CHECK (VALUE LIKE '_%@_%.__%');
EXCEPTION WHEN duplicate_object THEN
    NULL;
END
$$;
COMMENT ON DOMAIN email IS 'Where one writes to.';
