-- Nothing but the error tells that its view is needed.
DO $$ BEGIN EXECUTE 'CREATE VIEW hid' || 'den AS SELECT 1 AS a'; END $$;
