CREATE VIEW from_xml AS SELECT x.* FROM (SELECT '<r><i n="1">a;</i></r>'::xml AS d) s,
  XMLTABLE(XMLNAMESPACES('urn:q' AS q), '/r/i' PASSING s.d
           COLUMNS place FOR ORDINALITY, n int PATH '@n' NOT NULL, t text PATH '.' DEFAULT 'none') x;
CREATE TABLE sold (a int, b int, c int);
CREATE VIEW grouped AS
  SELECT a, b, GROUPING(a, b) AS g, sum(c) FILTER (WHERE c > 0) AS s,
         percentile_cont(0.5) WITHIN GROUP (ORDER BY c DESC NULLS FIRST) AS middle
    FROM sold GROUP BY DISTINCT GROUPING SETS ((a), CUBE (a, b), ROLLUP (b), ());
CREATE VIEW framed AS
  SELECT a, sum(c) OVER w, first_value(b) OVER (w GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES)
    FROM sold WINDOW w AS (PARTITION BY a ORDER BY c);
