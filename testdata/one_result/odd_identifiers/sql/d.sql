CREATE VIEW "Ünï.cödé" AS SELECT * FROM "a""b;c";
