GRANT SELECT ON cdv TO reader;
