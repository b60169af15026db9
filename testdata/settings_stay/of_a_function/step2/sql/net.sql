CREATE FUNCTION net(amount numeric) RETURNS numeric LANGUAGE plpgsql AS $$ BEGIN RETURN round(amount / 1.2, 2); END $$;
