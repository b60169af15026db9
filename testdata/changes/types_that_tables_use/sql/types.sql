CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE address AS (street text, "No" int);
CREATE DOMAIN small AS int DEFAULT 7 CHECK (VALUE < 100) CONSTRAINT positive CHECK (VALUE > 0);
