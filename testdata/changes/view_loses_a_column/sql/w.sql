CREATE VIEW w WITH (security_barrier) AS SELECT n FROM v;
