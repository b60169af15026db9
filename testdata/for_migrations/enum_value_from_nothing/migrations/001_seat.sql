CREATE TYPE class AS ENUM ('first', 'second');
CREATE TABLE seat (id bigint PRIMARY KEY, class class);
