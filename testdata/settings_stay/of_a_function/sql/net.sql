CREATE OR REPLACE FUNCTION net(gross numeric) RETURNS numeric LANGUAGE plpgsql AS $$ BEGIN RETURN gross / 1.2; END $$;
