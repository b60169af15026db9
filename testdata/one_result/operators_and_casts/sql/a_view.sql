CREATE VIEW arithmetic AS
  SELECT (ROW(1, 2)::pair + ROW(3, 4)::pair)::text AS added, length(ROW(1, 2)::pair) AS size, sum(p) AS all_of_them,
         min('b' COLLATE by_bytes) AS least
    FROM (VALUES (ROW(1, 1)::pair)) v(p);
