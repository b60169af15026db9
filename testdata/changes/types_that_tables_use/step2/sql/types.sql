CREATE TYPE public.mood AS ENUM ('awful', 'very "sad"', 'sad', 'so-so', 'ok', 'it''s', 'great');
CREATE TYPE address AS (street pg_catalog.text, "No" integer, "Zip" varchar(10), tags text[]);
CREATE DOMAIN small integer DEFAULT 3 CONSTRAINT positive CHECK (VALUE > 0);
