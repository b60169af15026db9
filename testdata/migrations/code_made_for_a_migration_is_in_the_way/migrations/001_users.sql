CREATE TABLE users (id int PRIMARY KEY, name varchar(20), copy text);
INSERT INTO users VALUES (1, 'Ann');
