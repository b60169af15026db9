CREATE VIEW "say ""hi""" AS SELECT "One" FROM "MyView";
