CREATE TABLE seat (id bigint NOT NULL, line integer NOT NULL, number integer NOT NULL);
