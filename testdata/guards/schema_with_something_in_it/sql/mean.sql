CREATE VIEW stats.mean AS SELECT avg(value) AS mean FROM value;
GRANT SELECT ON stats.mean TO viewer;
