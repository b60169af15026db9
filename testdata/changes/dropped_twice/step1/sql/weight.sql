CREATE FUNCTION weight(p bigint) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN 8 + (SELECT count(*) FROM rows_of_base()); END $$;
