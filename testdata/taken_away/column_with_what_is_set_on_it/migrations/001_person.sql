CREATE TABLE person (id bigint PRIMARY KEY, born text, name text);
