CREATE VIEW "My Schema"."Most;Of""It" AS SELECT "Id", "Kind", "select" FROM U&"My\0020Schema"."Thing";
