GRANT INSERT, UPDATE (name) ON t TO pgmg_reader;
