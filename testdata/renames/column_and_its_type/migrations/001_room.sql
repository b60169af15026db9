CREATE TABLE room (id bigint PRIMARY KEY, seats integer, floor integer);
