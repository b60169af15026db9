GRANT INSERT ON v TO pgmg_writer;
