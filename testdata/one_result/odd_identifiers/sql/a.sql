CREATE VIEW "select" AS SELECT "from"."where" FROM "from";
