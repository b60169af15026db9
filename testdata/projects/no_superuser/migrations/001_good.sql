CREATE TABLE good (id int PRIMARY KEY, price numeric, changed timestamptz);
