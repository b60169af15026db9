CREATE TABLE people (id int, home address);
INSERT INTO people (id, home.street) VALUES (1, 'Main');
