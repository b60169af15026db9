DO $$
BEGIN
    CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
EXCEPTION WHEN duplicate_object THEN
    NULL;
END
$$;
COMMENT ON DOMAIN email IS 'Where one writes to.';
