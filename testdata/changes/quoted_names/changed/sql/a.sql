CREATE VIEW "MyView" AS SELECT 2::bigint AS "One";
