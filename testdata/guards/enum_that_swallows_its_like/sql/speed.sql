DO $$ BEGIN CREATE TYPE speed AS ENUM ('slow', 'fast'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
