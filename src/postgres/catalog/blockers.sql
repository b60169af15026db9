-- What depends on these objects (or on one column of a table, where $3 is not 0), directly or not: every dependency row that
-- points at one of the objects found (0: the dependent is an internal part, as a partition's clone of an index or trigger is one of
-- its parent's, 1: it goes with it, 2: it stands in the way, 3: it is a member of this extension). Tables, sequences and their columns are found but not walked through: they hold data and
-- are never dropped. No level is counted: that would multiply the walk. A column of anything else stands for its relation.
WITH RECURSIVE walk (class, object, sub, holds_data, may_be_part) AS (
  SELECT r.class, r.object, r.sub, false, false
    FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.oid[]), pg_catalog.unnest($2::pg_catalog.oid[]),
                    pg_catalog.unnest($3::pg_catalog.int4[])) AS r (class, object, sub)
  UNION
  SELECT n.class, n.object, CASE WHEN c.relkind IN ('r', 'p') THEN n.sub ELSE 0 END, coalesce(c.relkind IN ('r', 'p', 'S', 't'), false),
         n.class NOT IN ('pg_catalog.pg_proc'::pg_catalog.regclass, 'pg_catalog.pg_type'::pg_catalog.regclass)
         AND coalesce(c.relkind NOT IN ('v', 'm', 'f'), true)
    FROM walk
   CROSS JOIN LATERAL (
           SELECT d.classid, d.objid, d.objsubid
             FROM pg_catalog.pg_depend d
            WHERE d.refclassid = walk.class AND d.refobjid = walk.object AND (walk.sub = 0 OR d.refobjsubid = walk.sub)
              AND d.deptype <> 'p' AND walk.class <> 'pg_catalog.pg_rewrite'::pg_catalog.regclass
           UNION ALL
           -- An internal part drags in its owner. Routines and types are only parts of what leads to them.
           SELECT d.refclassid, d.refobjid, d.refobjsubid
             FROM pg_catalog.pg_depend d
            WHERE d.classid = walk.class AND d.objid = walk.object AND d.deptype IN ('i', 'P') AND walk.may_be_part
         ) AS n (class, object, sub)
    LEFT JOIN pg_catalog.pg_class c
           ON c.oid = CASE WHEN n.class = 'pg_catalog.pg_class'::pg_catalog.regclass THEN n.object END
   WHERE NOT walk.holds_data
)
SELECT d.classid, d.objid, CASE WHEN c.relkind IN ('r', 'p') THEN d.objsubid ELSE 0 END,
       walk.class, walk.object, walk.sub, CASE d.deptype WHEN 'i' THEN 0 WHEN 'P' THEN 0 WHEN 'n' THEN 2 WHEN 'e' THEN 3 ELSE 1 END
  FROM walk
  JOIN pg_catalog.pg_depend d
    ON d.refclassid = walk.class AND d.refobjid = walk.object AND (walk.sub = 0 OR d.refobjsubid = walk.sub)
  LEFT JOIN pg_catalog.pg_class c
         ON c.oid = CASE WHEN d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass THEN d.objid END
 WHERE walk.class <> 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND CASE WHEN walk.holds_data THEN d.deptype IN ('i', 'P') ELSE d.deptype <> 'p' END
