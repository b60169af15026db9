CREATE FUNCTION counts_it() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT count(*) FROM some_day); END $$;
