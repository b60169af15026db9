-- Why this role cannot change anything here: the reason in words, or NULL if it can.
SELECT CASE
  WHEN pg_catalog.pg_is_in_recovery() THEN 'the server is a standby and accepts no changes'
  WHEN pg_catalog.current_setting('transaction_read_only') = 'on' THEN 'transactions are read-only here (default_transaction_read_only)'
  WHEN NOT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'TEMPORARY')
    THEN pg_catalog.format('the role %s may not create temporary tables in the database %s', current_user, pg_catalog.current_database())
  WHEN NOT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_namespace n
                    WHERE NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_') AND n.nspname <> 'information_schema'
                      AND pg_catalog.has_schema_privilege(n.oid, 'CREATE'))
    THEN pg_catalog.format('the role %s may not create anything in the database %s', current_user, pg_catalog.current_database())
END
