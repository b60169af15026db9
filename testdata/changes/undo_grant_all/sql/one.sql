GRANT INSERT ON v TO pgmg_reader;

GRANT INSERT ON t TO pgmg_writer;
