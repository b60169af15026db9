GRANT USAGE ON SCHEMA app TO pgmg_writer, pgmg_reader;
GRANT ALL ON SEQUENCE app.numbers TO pgmg_reader;
GRANT EXECUTE ON PROCEDURE app.p(int, app.mood) TO pgmg_reader;
