CREATE VIEW v AS SELECT 'abc' AS a, 'x -- y' AS b;
