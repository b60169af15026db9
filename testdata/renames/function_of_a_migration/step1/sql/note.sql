CREATE VIEW my_notes AS SELECT id FROM note WHERE author = current_author();
CREATE POLICY own ON note USING (author = current_author());
GRANT EXECUTE ON FUNCTION current_author() TO PUBLIC;
COMMENT ON FUNCTION current_author() IS 'Who asks.';
