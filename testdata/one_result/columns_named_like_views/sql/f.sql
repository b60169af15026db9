CREATE VIEW f AS SELECT 1 AS e, a.b AS a, a.c AS b FROM a;
