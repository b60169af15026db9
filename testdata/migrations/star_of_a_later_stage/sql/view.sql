CREATE VIEW "x 20" AS SELECT 2 AS b21, 'text'::text AS c21, r.* FROM t_3 r WHERE r.a > 2;
