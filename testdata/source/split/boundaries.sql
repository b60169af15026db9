;; -- empty statements are dropped
SELECT ';' AS a, ";" , $$;$$, $x$;$$;$x$, E'\';', U&';', N';', B'0;' /* ; /* nested ; */ ; */ ;
  SELECT 'continued '
  -- it's a comment;
  ';here' ; SELECT E'it\'s'
  '\';'; SELECT 1 -- ends; here
;
CREATE RULE r AS ON INSERT TO t DO ( INSERT INTO a VALUES (1); INSERT INTO b VALUES (2); );
CREATE FUNCTION f() RETURNS int BEGIN ATOMIC
  SELECT CASE WHEN true THEN CASE 1 WHEN 1 THEN 2 END ELSE 3 END;
  SELECT (SELECT CASE WHEN x.case = 1 THEN 1 END) AS end, y AS case; END;
CREATE FUNCTION g() RETURNS int BEGIN /* ; */ ATOMIC END; SELECT x.begin, 1 AS begin, begin FROM x; CREATE FUNCTION begin() RETURNS int LANGUAGE sql AS 'SELECT 1;';
SELECT a$b$ FROM t; SELECT $1; SELECT 1..2, a[1:2], b::text, 4 OPERATOR(s.+) 5, |/* c;*/ 6, 7 --;
, 8; SELECT ')' ; SELECT U&"d;\0061" ; SELECT 'last'
