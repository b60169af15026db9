DO $$ BEGIN EXECUTE 'CREATE TABLE dps.' || 'hid' || 'den (id int)'; END $$;
