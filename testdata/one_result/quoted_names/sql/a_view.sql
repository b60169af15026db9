CREATE VIEW "My Schema"."All.Of It" AS SELECT * FROM "My Schema"."Most;Of""It" WHERE "select" <> '';
