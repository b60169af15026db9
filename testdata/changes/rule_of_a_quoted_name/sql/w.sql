CREATE VIEW two AS SELECT 'x'::text AS b;
