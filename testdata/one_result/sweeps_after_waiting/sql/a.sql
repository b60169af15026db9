DO $$ BEGIN EXECUTE 'CREATE TABLE dob_' || 'x (id int)'; END $$;
