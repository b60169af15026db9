CREATE TABLE IF NOT EXISTS person (id int PRIMARY KEY, name text);
