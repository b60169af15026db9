CREATE TABLE cup (id int, changed timestamptz); CREATE TABLE plate (id int, changed timestamptz);
CREATE PROCEDURE add_stamp(tab regclass, body text) LANGUAGE plpgsql AS $outer$
BEGIN
  EXECUTE format($f$CREATE FUNCTION %I() RETURNS trigger LANGUAGE plpgsql AS $b$ BEGIN %s RETURN NEW; END $b$$f$, 'stamp_' || tab::text, body);
  EXECUTE format('CREATE TRIGGER stamp BEFORE UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION %I()', tab, 'stamp_' || tab::text);
END $outer$;
CALL add_stamp('cup', 'NEW.changed := now();');
CALL add_stamp('plate', $$NEW.changed := clock_timestamp(); NEW.id := OLD.id;$$);
