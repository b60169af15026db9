CREATE TABLE letter (id bigint PRIMARY KEY, owner name NOT NULL);
