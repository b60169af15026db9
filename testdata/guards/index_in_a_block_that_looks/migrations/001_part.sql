CREATE TABLE part (id bigint PRIMARY KEY, name text, maker text);
