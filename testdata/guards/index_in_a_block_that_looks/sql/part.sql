DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_indexes WHERE schemaname = 'public' AND indexname = 'part_name') THEN
        CREATE INDEX part_name ON part (name);
    END IF;
END
$$;
