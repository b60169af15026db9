CREATE TABLE people (id int, mood mood);
INSERT INTO people VALUES (1, 'ok'), (2, 'ok');
