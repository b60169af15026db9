drop trigger if exists note_stamp on public.note cascade;
CREATE TRIGGER note_stamp BEFORE UPDATE OF body ON note FOR EACH ROW EXECUTE FUNCTION stamp();
COMMENT ON TRIGGER note_stamp ON note IS 'When it was changed.';
