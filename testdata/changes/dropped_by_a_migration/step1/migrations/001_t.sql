-- pgmg: destructive
DROP TABLE IF EXISTS t;
