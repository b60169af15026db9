-- pgmg: destructive
DO $$ BEGIN EXECUTE 'ALTER TABLE users DROP COLUMN ' || 'age'; DELETE FROM users WHERE id > 3; END $$;
