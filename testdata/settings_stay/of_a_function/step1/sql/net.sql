CREATE OR REPLACE FUNCTION net(gross numeric) RETURNS numeric LANGUAGE plpgsql AS $$ BEGIN RETURN round(gross / 1.2, 2); END $$;
