CREATE VIEW ünï AS SELECT * FROM "Ünï.cödé";
