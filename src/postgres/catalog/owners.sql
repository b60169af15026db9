-- Which of these objects are internal parts of another one, and of which.
SELECT d.classid, d.objid, d.refclassid, d.refobjid
  FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.oid[]), pg_catalog.unnest($2::pg_catalog.oid[])) AS o (class, object)
  JOIN pg_catalog.pg_depend d ON d.classid = o.class AND d.objid = o.object AND d.objsubid = 0 AND d.deptype = 'i'
