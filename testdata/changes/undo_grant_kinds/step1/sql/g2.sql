GRANT USAGE ON SCHEMA app TO pgmg_writer;
