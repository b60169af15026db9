CREATE VIEW v AS SELECT 'aBc' AS a, 'x -- y' AS b;
