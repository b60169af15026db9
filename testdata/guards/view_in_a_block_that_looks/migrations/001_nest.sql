CREATE TABLE nest (id bigint PRIMARY KEY, eggs integer);
