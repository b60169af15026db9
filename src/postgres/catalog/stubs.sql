-- For each of these views the statement that replaces it by one with the same columns that depends on nothing but their types.
SELECT 'CREATE OR REPLACE VIEW ' || pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) || ' AS SELECT '
       || pg_catalog.string_agg('NULL::' || pg_catalog.format_type(a.atttypid, a.atttypmod)
                                || coalesce(' COLLATE ' || pg_catalog.quote_ident(k.nspname) || '.' || pg_catalog.quote_ident(l.collname), '')
                                || ' AS ' || pg_catalog.quote_ident(a.attname), ', ' ORDER BY a.attnum)
  FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS o (oid)
  JOIN pg_catalog.pg_class c ON c.oid = o.oid AND c.relkind = 'v'
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
  LEFT JOIN pg_catalog.pg_namespace k ON k.oid = l.collnamespace
 GROUP BY c.oid, n.nspname, c.relname
