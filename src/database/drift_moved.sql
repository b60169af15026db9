-- The recorded objects that are gone, or of which a catalog row was written after they were recorded: what is newer has a
-- younger transaction than the row in pgmg_state. With the fingerprints that they had.
WITH s (object_name, class_id, object_id, age, comments) AS MATERIALIZED (
  SELECT object_name, class_id, object_id, pg_catalog.age(xmin), pg_catalog.split_part(fingerprint[4], ':', 1)
    FROM {schema}.pgmg_state
   WHERE object_id IS NOT NULL
), oldest (age) AS MATERIALIZED (
  SELECT pg_catalog.max(age) FROM s
), moved (object_name) AS (
{moved}
UNION
SELECT s.object_name
  FROM s
  LEFT JOIN (SELECT classoid, objoid, pg_catalog.count(*) FROM pg_catalog.pg_description WHERE objoid >= 16384 GROUP BY classoid, objoid) d
         ON d.classoid = s.class_id AND d.objoid = s.object_id
 WHERE s.comments <> '' AND s.comments <> coalesce(d.count, 0)::pg_catalog.text
)
SELECT r.object_name, r.fingerprint
  FROM {schema}.pgmg_state r
  JOIN moved m ON m.object_name = r.object_name
