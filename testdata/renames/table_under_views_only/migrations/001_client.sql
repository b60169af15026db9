CREATE TABLE client (id bigint PRIMARY KEY, name text);
