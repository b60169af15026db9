DROP TRIGGER IF EXISTS note_stamp ON note;
CREATE TRIGGER note_stamp BEFORE UPDATE OF body ON note FOR EACH ROW EXECUTE FUNCTION stamp();
COMMENT ON TRIGGER note_stamp ON note IS 'When it was changed.';
