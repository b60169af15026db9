DO $$ BEGIN CREATE TYPE soil AS ENUM ('sand', 'clay'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'depth') THEN
        CREATE DOMAIN depth AS integer CHECK (VALUE > 0);
    END IF;
END
$$;
