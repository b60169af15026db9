CREATE TABLE match (id bigint PRIMARY KEY, home text, guest varchar(50));
