GRANT CREATE, USAGE ON SCHEMA app TO pgmg_reader;
GRANT SELECT ON SEQUENCE app.numbers TO pgmg_reader;
REVOKE USAGE ON TYPE app.mood FROM PUBLIC;
REVOKE ALL ON PROCEDURE app.p(int, app.mood) FROM PUBLIC;
GRANT UPDATE ("a b"), INSERT ON app."Odd.Table" TO pgmg_reader WITH GRANT OPTION;
GRANT INSERT ON app.v TO pgmg_reader;
