CREATE TABLE users (id int PRIMARY KEY, a int, b int, c int);
