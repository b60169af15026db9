CREATE VIEW "from" AS SELECT 1 AS "where";
