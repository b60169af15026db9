GRANT SELECT ON v TO pgmg_reader;
