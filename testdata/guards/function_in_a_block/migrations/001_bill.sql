CREATE TABLE bill (id bigint PRIMARY KEY, net numeric);
