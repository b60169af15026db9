CREATE TABLE users (id int PRIMARY KEY, name text, age text);
INSERT INTO users VALUES (1, 'Ann', '7 years');
