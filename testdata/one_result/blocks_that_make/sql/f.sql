DO $$ BEGIN EXECUTE format('CREATE FUNCTION %I() RETURNS int LANGUAGE sql AS %L', 'dyn' || 'f', 'SELECT count(*)::int FROM later'); END $$;
