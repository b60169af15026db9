-- another
CREATE VIEW v  AS /* x */ SELECT 'aBc' AS a,
 'x -- z' AS b;
