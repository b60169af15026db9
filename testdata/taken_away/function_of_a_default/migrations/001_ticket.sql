CREATE SEQUENCE code;
CREATE TABLE ticket (id bigint PRIMARY KEY, code text);
