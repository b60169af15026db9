-- Begins a run: what marks each try, what refuses a COMMIT that is not pgmg's, and the savepoint that is always open.
BEGIN ISOLATION LEVEL READ COMMITTED;
CREATE TEMPORARY TABLE pgmg_mark (unit pg_catalog.int4 NOT NULL) ON COMMIT DROP;
CREATE TEMPORARY TABLE pgmg_guard (armed pg_catalog.bool NOT NULL) ON COMMIT DROP;
CREATE OR REPLACE FUNCTION pg_temp.pgmg_refuse_commit() RETURNS pg_catalog.trigger LANGUAGE plpgsql AS $$
BEGIN
  IF pg_catalog.current_setting('pgmg.allow_commit', true) IS DISTINCT FROM 'yes' THEN
    RAISE EXCEPTION 'COMMIT inside the run' USING ERRCODE = '25000';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER pgmg_guard AFTER INSERT ON pg_temp.pgmg_guard
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pg_temp.pgmg_refuse_commit();
INSERT INTO pg_temp.pgmg_guard VALUES (true);
SAVEPOINT pgmg_unit;
