CREATE SEQUENCE german;
CREATE TABLE words (id bigint PRIMARY KEY, plain text);
