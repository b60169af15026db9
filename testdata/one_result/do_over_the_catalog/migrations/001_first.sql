CREATE TABLE first (id int PRIMARY KEY, touched timestamptz);
