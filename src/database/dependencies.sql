-- What the objects written by this transaction depend on: every new dependency row, internal parts (a view's rule, a
-- table's row type) replaced by the objects they belong to, and whether the object is only a part of the other one and goes
-- with it. Objects of initdb (below 16384) are left out.
WITH fresh AS MATERIALIZED (
  SELECT classid, objid, refclassid, refobjid, deptype IN ('a', 'e', 'P', 'S') AS is_part FROM pg_catalog.pg_depend
   WHERE pg_catalog.age(xmin) <= 0 AND deptype IN ('n', 'a', 'x', 'i', 'e', 'P', 'S') AND refobjid >= 16384
)
SELECT coalesce(d2.refclassid, d1.refclassid, f.classid), coalesce(d2.refobjid, d1.refobjid, f.objid),
       coalesce(r2.refclassid, r1.refclassid, f.refclassid), coalesce(r2.refobjid, r1.refobjid, f.refobjid),
       pg_catalog.bool_or(is_part)
  FROM fresh f
  LEFT JOIN pg_catalog.pg_depend d1 ON d1.classid = f.classid AND d1.objid = f.objid AND d1.objsubid = 0 AND d1.deptype = 'i'
  LEFT JOIN pg_catalog.pg_depend d2 ON d2.classid = d1.refclassid AND d2.objid = d1.refobjid AND d2.objsubid = 0 AND d2.deptype = 'i'
  LEFT JOIN pg_catalog.pg_depend r1 ON r1.classid = f.refclassid AND r1.objid = f.refobjid AND r1.objsubid = 0 AND r1.deptype = 'i'
  LEFT JOIN pg_catalog.pg_depend r2 ON r2.classid = r1.refclassid AND r2.objid = r1.refobjid AND r2.objsubid = 0 AND r2.deptype = 'i'
 GROUP BY 1, 2, 3, 4
