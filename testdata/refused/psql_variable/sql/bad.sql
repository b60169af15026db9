CREATE VIEW bad AS SELECT :'name' AS n;
