CREATE TABLE IF NOT EXISTS third (id int PRIMARY KEY, touched timestamptz);
