CREATE TYPE colour AS ENUM ('red', 'grey');
CREATE TABLE paint (id bigint PRIMARY KEY, colour colour);
