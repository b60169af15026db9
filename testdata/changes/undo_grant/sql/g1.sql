GRANT SELECT, INSERT ON v TO pgmg_reader;
