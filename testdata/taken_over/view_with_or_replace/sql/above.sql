CREATE VIEW named_plants AS SELECT id FROM plants WHERE name <> '';
