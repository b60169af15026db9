CREATE TABLE click (id bigint PRIMARY KEY, page text);
