CREATE TABLE branch (id int PRIMARY KEY, parent int REFERENCES branch);
CREATE RECURSIVE VIEW descent (id, depth) AS
  SELECT id, 0 FROM branch WHERE parent IS NULL UNION ALL SELECT b.id, d.depth + 1 FROM branch b JOIN descent d ON b.parent = d.id;
CREATE VIEW walked AS
  WITH RECURSIVE step AS (SELECT id, parent FROM branch UNION ALL SELECT b.id, b.parent FROM branch b, step s WHERE b.parent = s.id)
  SEARCH DEPTH FIRST BY id SET place CYCLE id SET looped TO 'y' DEFAULT 'n' USING trail
  SELECT id, parent, looped, place IS NULL AS unplaced FROM step;
CREATE FUNCTION cut_down() RETURNS bigint LANGUAGE sql AS $$
  WITH one AS NOT MATERIALIZED (SELECT 1), cut AS (DELETE FROM branch RETURNING *) SELECT count(*) FROM cut, one
$$;
