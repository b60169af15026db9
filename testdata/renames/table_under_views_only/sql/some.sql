CREATE MATERIALIZED VIEW named_people AS SELECT id FROM people WHERE name <> '';
GRANT SELECT ON client, people TO viewer;
