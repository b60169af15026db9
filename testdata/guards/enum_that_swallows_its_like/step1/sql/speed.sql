DO $$ BEGIN CREATE TYPE speed AS ENUM ('slow', 'usual', 'fast'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
