CREATE TYPE same_t AS ENUM ('same');
