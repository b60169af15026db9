GRANT SELECT ON w TO pgmg_reader;
