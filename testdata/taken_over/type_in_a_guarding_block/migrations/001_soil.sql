CREATE TYPE soil AS ENUM ('sand', 'clay');
CREATE DOMAIN depth AS integer CHECK (VALUE > 0);
CREATE TABLE ground (id bigint PRIMARY KEY, soil soil, depth depth);
