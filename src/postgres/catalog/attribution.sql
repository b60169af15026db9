-- Every catalog row that this transaction wrote, and the marker rows that were written before them in the same
-- subtransactions (class 0, and the try's number for the object). Transactions are numbered upwards, so -age(xmin) is the
-- distance from the top transaction. The catalogs are put together from the server's own list of them.
SELECT DISTINCT class, object, x
  FROM (
  {catalogs}
  ) AS changed (class, object, x)
UNION ALL
SELECT 0::pg_catalog.oid, unit::pg_catalog.oid, x
  FROM (
  {marks}
  ) AS mark (unit, x)
