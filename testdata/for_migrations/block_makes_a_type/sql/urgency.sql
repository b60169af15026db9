DO $$ BEGIN CREATE TYPE urgency AS ENUM ('low', 'high'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
