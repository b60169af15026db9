-- Not even wrong.
CREATE VIEW bad   AS SELCT 1 AS n;
