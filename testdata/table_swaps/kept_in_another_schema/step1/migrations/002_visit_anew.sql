CREATE SCHEMA old;
ALTER TABLE visit SET SCHEMA old;
CREATE TABLE visit (id bigint PRIMARY KEY, at timestamptz, visitor text);
INSERT INTO visit SELECT * FROM old.visit;
