CREATE CAST (pair AS text) WITH FUNCTION pair_text(pair) AS IMPLICIT;
