CREATE FUNCTION ringed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_trigger WHERE tgname = 'ringed' AND tgrelid = 'bird'::regclass) THEN
        CREATE TRIGGER ringed AFTER INSERT OR UPDATE OF name ON bird FOR EACH ROW EXECUTE FUNCTION ringed();
    END IF;
END
$$;
