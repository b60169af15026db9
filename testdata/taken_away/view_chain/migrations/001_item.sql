CREATE TABLE item (id bigint PRIMARY KEY, price integer, title text);
