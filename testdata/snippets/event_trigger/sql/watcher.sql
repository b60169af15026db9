CREATE FUNCTION notice_it() RETURNS event_trigger LANGUAGE plpgsql AS $$
DECLARE r record;
BEGIN
  FOR r IN SELECT * FROM pg_event_trigger_ddl_commands() WHERE command_tag = 'CREATE FUNCTION' LOOP
    EXECUTE format('COMMENT ON FUNCTION %s IS %L', r.object_identity, 'noticed;');
  END LOOP;
END $$;
CREATE EVENT TRIGGER noticed ON ddl_command_end WHEN TAG IN ('CREATE FUNCTION') EXECUTE FUNCTION notice_it();
CREATE FUNCTION made_afterwards() RETURNS int LANGUAGE sql AS 'SELECT 1';
