CREATE TABLE cabin (id bigint PRIMARY KEY, guest name);
