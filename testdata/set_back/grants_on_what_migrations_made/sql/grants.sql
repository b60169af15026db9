GRANT USAGE, CREATE ON SCHEMA sales TO viewer;
GRANT SELECT ON sales.sale TO viewer;
COMMENT ON SCHEMA sales IS 'What was sold.';
