-- pgmg: section name="check"
DO $$ BEGIN IF EXISTS (SELECT FROM ages WHERE age < 0) THEN RAISE 'somebody is too young'; END IF; END $$;
