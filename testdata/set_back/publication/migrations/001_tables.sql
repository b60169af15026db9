CREATE TABLE city (id bigint PRIMARY KEY, name text);
CREATE TABLE street (id bigint PRIMARY KEY, city bigint);
CREATE TABLE house (id bigint PRIMARY KEY, street bigint);
