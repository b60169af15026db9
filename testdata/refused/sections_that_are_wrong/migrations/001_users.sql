CREATE TABLE users (id int);
-- pgmg: section name="late"
SELECT 1;
