CREATE TABLE IF NOT EXISTS "My Schema"."Thing" ("Id" int PRIMARY KEY, "Kind" "My Schema"."Kind", "select" text);
