-- The recorded objects that are gone, or of which a catalog row was written after they were recorded: what is newer has a
-- younger transaction than the row in pgmg_state. With the fingerprints that they had.
WITH s (object_name, class_id, object_id, age, comments) AS MATERIALIZED (
  SELECT object_name, class_id, object_id, pg_catalog.age(xmin), pg_catalog.split_part(fingerprint[4], ':', 1)
    FROM {schema}.pgmg_state
   WHERE object_id IS NOT NULL
), oldest (age) AS MATERIALIZED (
  SELECT pg_catalog.max(age) FROM s
), gone (object_name) AS (
  {gone}
), written (class_id, object_id, age) AS MATERIALIZED (
  {written}
  UNION ALL SELECT classoid, objoid, pg_catalog.age(xmin) FROM pg_catalog.pg_description
   WHERE objoid >= 16384 AND pg_catalog.age(xmin) < (SELECT age FROM oldest)
), near (object_name, class_id, object_id, age) AS MATERIALIZED (
  -- IS TRUE keeps the planner from a join, for which it would sort all objects: usually none of them was written.
  SELECT object_name, class_id, object_id, age FROM s WHERE (object_id IN (SELECT object_id FROM written)) IS TRUE
), comments (class_id, object_id, number) AS (
  SELECT classoid, objoid, pg_catalog.count(*) FROM pg_catalog.pg_description WHERE objoid >= 16384 GROUP BY classoid, objoid
), moved (object_name) AS (
  SELECT object_name FROM gone
  UNION
  SELECT n.object_name FROM written w JOIN near n USING (class_id, object_id) WHERE w.age < n.age
  UNION
  SELECT s.object_name
    FROM s LEFT JOIN comments c USING (class_id, object_id)
   WHERE s.comments <> '' AND s.comments <> coalesce(c.number, 0)::pg_catalog.text
)
SELECT r.object_name, r.fingerprint
  FROM {schema}.pgmg_state r
  JOIN moved m ON m.object_name = r.object_name
