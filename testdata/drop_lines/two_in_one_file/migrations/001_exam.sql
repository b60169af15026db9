CREATE TABLE exam (id bigint PRIMARY KEY, points integer NOT NULL);
