DO $$ BEGIN EXECUTE 'CREATE TABLE ' || 'mt1 (id int)'; END $$;
