CREATE TABLE sum (id bigint PRIMARY KEY, sum numeric);
