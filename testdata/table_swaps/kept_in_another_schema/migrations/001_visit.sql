CREATE TABLE visit (id integer PRIMARY KEY, at timestamp, visitor text);
