-- A relation may have rows and no columns.
CREATE TABLE blank ();
CREATE VIEW blank_view AS SELECT FROM blank;
CREATE VIEW three_rows AS SELECT FROM generate_series(1, 3);
CREATE FUNCTION say_nothing() RETURNS void LANGUAGE sql AS '';
CREATE TYPE blank_row AS ();
CREATE TYPE blank_enum AS ENUM ();
