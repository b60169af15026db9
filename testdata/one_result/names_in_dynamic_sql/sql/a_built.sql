DO $$ BEGIN EXECUTE 'CREATE VIEW ' || 'bu' || 'ilt AS SELECT ' || 'hel' || 'per(n) AS n FROM so' || 'urce'; END $$;
