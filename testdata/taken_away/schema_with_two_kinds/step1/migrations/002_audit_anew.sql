-- pgmg: destructive
DROP SCHEMA audit CASCADE;
CREATE SCHEMA audit;
