CREATE VIEW " lead" AS SELECT * FROM short, "	tab";
