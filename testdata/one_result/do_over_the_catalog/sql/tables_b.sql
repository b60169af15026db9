CREATE TABLE IF NOT EXISTS second (id int PRIMARY KEY, touched timestamptz);
