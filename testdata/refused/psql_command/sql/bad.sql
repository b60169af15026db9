CREATE VIEW fine AS SELECT 1 AS n;
\i other.sql
