CREATE TABLE users (id int PRIMARY KEY, name text, age int);
INSERT INTO users SELECT generate_series(1, 5);
