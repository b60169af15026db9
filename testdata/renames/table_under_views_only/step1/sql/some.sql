CREATE MATERIALIZED VIEW named_people AS SELECT id FROM people WHERE name <> '';
GRANT SELECT ON customer, people TO viewer;
