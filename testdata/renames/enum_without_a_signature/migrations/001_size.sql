CREATE TYPE size AS ENUM ('small', 'large');
CREATE TABLE box (id bigint PRIMARY KEY, size size);
