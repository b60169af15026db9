GRANT SELECT ON top TO pgmg_reader;
