CREATE TABLE purchase (id integer PRIMARY KEY, owner name, changed timestamptz);
