CREATE FUNCTION app.stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.changed := now(); RETURN NEW; END $$;
CREATE TRIGGER stamp BEFORE UPDATE ON public.good FOR EACH ROW EXECUTE FUNCTION app.stamp();
