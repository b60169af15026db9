CREATE SCHEMA IF NOT EXISTS front; CREATE VIEW front.thing AS SELECT 'front'::text AS origin;
