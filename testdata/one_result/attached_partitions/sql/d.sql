CREATE TYPE kind AS ENUM ('a', 'b');
