-- Which try created or changed which object: every catalog row that this transaction wrote, by the marker row that was
-- written before it in the same subtransaction. Transactions are numbered upwards, so -age(xmin) is the distance from the
-- top transaction. Rows of other sessions that committed meanwhile lie between markers and are not ours.
-- "changed" is put together from the server's own list of catalogs.
WITH mark AS MATERIALIZED (
  SELECT m.x, m.unit, pg_catalog.row_number() OVER (ORDER BY m.x) AS place
    FROM (
      {marks}
    ) AS m (x, unit)
), changed (class, object, x) AS (
  {catalogs}
), parts (class, object, x) AS (
  SELECT DISTINCT class, object, x FROM changed
), ours AS (
  SELECT DISTINCT x FROM parts
  EXCEPT SELECT x FROM mark
), foreign_x AS MATERIALIZED (
  SELECT x FROM ours
   WHERE {is_open} AND pg_catalog.pg_xact_status((pg_catalog.pg_current_xact_id()::pg_catalog.text::pg_catalog.int8 + x)::pg_catalog.text::pg_catalog.xid8)
         IS DISTINCT FROM 'in progress'
), placed AS (
  SELECT class, object, pg_catalog.max(place) OVER (ORDER BY x, is_part ROWS UNBOUNDED PRECEDING) AS place, is_part
    FROM (SELECT class, object, x, NULL::pg_catalog.int8 AS place, true AS is_part FROM parts
           WHERE x NOT IN (SELECT x FROM foreign_x)
          UNION ALL
          SELECT NULL, NULL, x, place, false FROM mark) both_kinds
), owned AS (
  SELECT DISTINCT p.place, coalesce(o2.refclassid, o1.refclassid, p.class) AS class, coalesce(o2.refobjid, o1.refobjid, p.object) AS object
    FROM placed p
    LEFT JOIN pg_catalog.pg_depend o1 ON o1.classid = p.class AND o1.objid = p.object AND o1.objsubid = 0 AND o1.deptype = 'i'
    LEFT JOIN pg_catalog.pg_depend o2 ON o2.classid = o1.refclassid AND o2.objid = o1.refobjid AND o2.objsubid = 0 AND o2.deptype = 'i'
   WHERE p.is_part AND p.place IS NOT NULL
)
SELECT mark.unit, owned.place, owned.class, owned.object, address.type, address.object_names, address.object_args,
       coalesce(pg_catalog.starts_with(identity.schema, 'pg_temp'), false) AS is_temporary
  FROM owned
  JOIN mark ON mark.place = owned.place
 CROSS JOIN LATERAL pg_catalog.pg_identify_object_as_address(owned.class, owned.object, 0) address
 CROSS JOIN LATERAL pg_catalog.pg_identify_object(owned.class, owned.object, 0) identity
 WHERE address.type IS NOT NULL AND identity.schema IS DISTINCT FROM 'pg_toast'
 ORDER BY owned.place, owned.class, owned.object
