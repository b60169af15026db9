CREATE TABLE people (id small PRIMARY KEY, mood mood DEFAULT 'ok', home address);
INSERT INTO people VALUES (1, 'ok'), (2, 'sad');
UPDATE people SET home.street = 'Main', home."No" = 3 WHERE id = 1;
