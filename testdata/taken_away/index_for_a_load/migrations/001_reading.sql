CREATE TABLE reading (id bigint PRIMARY KEY, value integer, place text);
