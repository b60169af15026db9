-- The settings that make up the size of the server's lock table.
SELECT pg_catalog.current_setting('max_locks_per_transaction')::pg_catalog.int8,
       pg_catalog.current_setting('max_connections')::pg_catalog.int8,
       pg_catalog.current_setting('max_prepared_transactions')::pg_catalog.int8
