CREATE DOMAIN percent AS integer CONSTRAINT positive CHECK (VALUE >= 0);
