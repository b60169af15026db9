CREATE VIEW v AS SELECT 'aBc' AS a, 'x -- z' AS b;
