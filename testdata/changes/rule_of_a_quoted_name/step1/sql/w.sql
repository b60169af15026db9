CREATE VIEW one AS SELECT 'x'::text AS b;
