CREATE VIEW "a""b;c" AS SELECT * FROM "select";
