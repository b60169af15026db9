CREATE TABLE bird (id bigint PRIMARY KEY, name text);
