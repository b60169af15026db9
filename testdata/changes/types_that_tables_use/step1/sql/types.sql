CREATE TYPE mood AS ENUM ('awful', 'very "sad"', 'sad', 'so-so', 'ok', 'it''s', 'great');
CREATE TYPE address AS (street text, "No" int, "Zip" varchar(10), tags text[]);
CREATE DOMAIN small AS int NOT NULL CHECK (VALUE < 1000) CONSTRAINT positive CHECK (VALUE > 0) CONSTRAINT odd CHECK (VALUE <> 13);
