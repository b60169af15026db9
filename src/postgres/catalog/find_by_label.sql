-- Which objects may have one of these labels ($1): those whose own name occurs in one.
WITH label AS MATERIALIZED (SELECT l FROM pg_catalog.unnest($1::pg_catalog.text[]) AS l), named (class, object, name) AS (
  SELECT tableoid, oid, relname FROM pg_catalog.pg_class
  UNION ALL SELECT tableoid, oid, proname FROM pg_catalog.pg_proc
  UNION ALL SELECT tableoid, oid, typname FROM pg_catalog.pg_type
  UNION ALL SELECT tableoid, oid, nspname FROM pg_catalog.pg_namespace
  UNION ALL SELECT tableoid, oid, conname FROM pg_catalog.pg_constraint
  UNION ALL SELECT tableoid, oid, tgname FROM pg_catalog.pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT tableoid, oid, rulename FROM pg_catalog.pg_rewrite
  UNION ALL SELECT tableoid, oid, polname FROM pg_catalog.pg_policy
  UNION ALL SELECT tableoid, oid, lanname FROM pg_catalog.pg_language
  UNION ALL SELECT tableoid, oid, fdwname FROM pg_catalog.pg_foreign_data_wrapper
  UNION ALL SELECT tableoid, oid, srvname FROM pg_catalog.pg_foreign_server
  UNION ALL SELECT tableoid, oid, extname FROM pg_catalog.pg_extension
  UNION ALL SELECT tableoid, oid, evtname FROM pg_catalog.pg_event_trigger
  UNION ALL SELECT tableoid, oid, pubname FROM pg_catalog.pg_publication
  UNION ALL SELECT tableoid, oid, stxname FROM pg_catalog.pg_statistic_ext
  UNION ALL SELECT tableoid, oid, collname FROM pg_catalog.pg_collation
  UNION ALL SELECT tableoid, oid, conname FROM pg_catalog.pg_conversion
  UNION ALL SELECT tableoid, oid, oprname FROM pg_catalog.pg_operator
  UNION ALL SELECT tableoid, oid, opcname FROM pg_catalog.pg_opclass
  UNION ALL SELECT tableoid, oid, opfname FROM pg_catalog.pg_opfamily
  UNION ALL SELECT tableoid, oid, amname FROM pg_catalog.pg_am
  UNION ALL SELECT tableoid, oid, cfgname FROM pg_catalog.pg_ts_config
  UNION ALL SELECT tableoid, oid, dictname FROM pg_catalog.pg_ts_dict
  UNION ALL SELECT tableoid, oid, prsname FROM pg_catalog.pg_ts_parser
  UNION ALL SELECT tableoid, oid, tmplname FROM pg_catalog.pg_ts_template
  UNION ALL SELECT tableoid, oid, '' FROM pg_catalog.pg_cast WHERE oid >= 16384
  UNION ALL SELECT tableoid, oid, '' FROM pg_catalog.pg_transform
  UNION ALL SELECT tableoid, oid, '' FROM pg_catalog.pg_default_acl
)
SELECT n.class, n.object
  FROM named n
 WHERE EXISTS (SELECT FROM label WHERE pg_catalog.strpos(label.l, pg_catalog.replace(n.name::pg_catalog.text, '"', '""')) > 0)
