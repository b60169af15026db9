GRANT SELECT ON oldest TO reader;
