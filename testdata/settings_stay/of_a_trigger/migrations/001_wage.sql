CREATE TABLE wage (id bigint PRIMARY KEY, wage numeric);
