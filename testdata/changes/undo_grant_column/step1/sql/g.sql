GRANT SELECT (name) ON v TO pgmg_reader;
