CREATE FUNCTION change_job() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE open_job SET title = NEW.title; RETURN NEW; END $$;
