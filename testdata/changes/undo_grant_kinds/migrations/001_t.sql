CREATE SCHEMA app;
CREATE SEQUENCE app.numbers;
CREATE TABLE app."Odd.Table" (id int, "a b" text);
GRANT USAGE ON SEQUENCE app.numbers TO pgmg_writer;
