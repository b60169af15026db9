-- What the objects written by this transaction depend on: every new dependency row, whether the object is only a part of the
-- other one and goes with it, and whether it is an internal part (a view's rule, a table's row type). Objects of initdb
-- (below 16384) are left out; compared as int8, because the index that begins with another column is slower than no index.
SELECT classid, objid, refclassid, refobjid,
       pg_catalog.bool_or(deptype IN ('a', 'e', 'P', 'S')), pg_catalog.bool_or(deptype = 'i' AND objsubid = 0)
  FROM pg_catalog.pg_depend
 WHERE pg_catalog.age(xmin) <= 0 AND deptype IN ('n', 'a', 'x', 'i', 'e', 'P', 'S') AND refobjid::pg_catalog.int8 >= 16384
 GROUP BY classid, objid, refclassid, refobjid
