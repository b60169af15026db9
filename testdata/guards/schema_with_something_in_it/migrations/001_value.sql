CREATE TABLE value (id bigint PRIMARY KEY, value numeric);
