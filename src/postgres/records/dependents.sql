-- What depends on recorded objects, or on what they are made of (row types, array types): the dependents, and the names of what
-- they need.
WITH recorded (class, object, name) AS (
  SELECT class_id, object_id, object_name FROM {schema}.pgmg_state WHERE object_id IS NOT NULL
), parts (class, object, name) AS (
  SELECT class, object, name FROM recorded
  UNION ALL
  SELECT d.classid, d.objid, r.name
    FROM recorded r
    JOIN pg_catalog.pg_depend d ON d.refclassid = r.class AND d.refobjid = r.object AND d.deptype = 'i'
)
SELECT DISTINCT d.classid, d.objid, p.name
  FROM parts p
  JOIN pg_catalog.pg_depend d ON d.refclassid = p.class AND d.refobjid = p.object AND d.deptype = 'n'
