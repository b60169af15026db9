CREATE TABLE people (id int PRIMARY KEY, name text, note text); INSERT INTO people VALUES (1, 'a', 'n'), (2, 'b', 'n');
