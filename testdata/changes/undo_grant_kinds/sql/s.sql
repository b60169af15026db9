CREATE TYPE app.mood AS ENUM ('sad', 'glad');
CREATE PROCEDURE app.p(a int, b app.mood) LANGUAGE sql AS $$ SELECT a $$;
CREATE VIEW app.v AS SELECT id FROM app."Odd.Table";
