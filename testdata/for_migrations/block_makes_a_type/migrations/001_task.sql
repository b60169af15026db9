CREATE TABLE task (id bigint PRIMARY KEY);
