-- What a type (by its oid $1) is made of, and the type of that name ($3) in the schema $2: PostgreSQL's own words for every
-- part, to be read with an empty search_path so that all names are qualified.
SELECT t.oid = $1::pg_catalog.oid,
       pg_catalog.jsonb_build_object(
         'kind', t.typtype,
         'labels', ARRAY(SELECT e.enumlabel::pg_catalog.text FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder),
         'attributes', ARRAY(
           SELECT ARRAY[pg_catalog.quote_ident(a.attname),
                        pg_catalog.format_type(a.atttypid, a.atttypmod)
                        || CASE WHEN a.attcollation <> y.typcollation
                                THEN ' COLLATE ' || a.attcollation::pg_catalog.regcollation::pg_catalog.text ELSE '' END]
             FROM pg_catalog.pg_attribute a
             JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
            WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY a.attnum),
         'base', CASE WHEN t.typtype = 'd'
                      THEN pg_catalog.format_type(t.typbasetype, t.typtypmod)
                           || CASE WHEN t.typcollation <> b.typcollation
                                   THEN ' COLLATE ' || t.typcollation::pg_catalog.regcollation::pg_catalog.text ELSE '' END END,
         'not_null', t.typnotnull,
         'default', CASE WHEN t.typtype = 'd' THEN pg_catalog.pg_get_expr(t.typdefaultbin, 0) END,
         'constraints', ARRAY(
           SELECT ARRAY[pg_catalog.quote_ident(c.conname), pg_catalog.pg_get_constraintdef(c.oid)]
             FROM pg_catalog.pg_constraint c
            WHERE c.contypid = t.oid AND c.contype = 'c'
            ORDER BY c.conname))
  FROM pg_catalog.pg_type t
  LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
 WHERE t.oid = $1::pg_catalog.oid
    OR t.typname = $3 AND t.typnamespace = (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = $2)
