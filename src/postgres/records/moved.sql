-- The recorded objects that are there and are called otherwise than they are recorded.
WITH gone (object_name) AS (
  {gone}
), s (object_name, class_id, object_id, object) AS MATERIALIZED (
  SELECT r.object_name, r.class_id, r.object_id, r.object
    FROM {schema}.pgmg_state r
   WHERE r.object_id IS NOT NULL AND r.object_name NOT IN (SELECT g.object_name FROM gone g)
)
SELECT s.object_name, i.type, i.object_names, i.object_args
  FROM s
 CROSS JOIN LATERAL pg_catalog.pg_identify_object_as_address(s.class_id, s.object_id, 0) i
 WHERE i.object_names IS NOT NULL
   AND s.object IS DISTINCT FROM pg_catalog.jsonb_build_object('kind', i.type, 'names', i.object_names, 'args', i.object_args)
