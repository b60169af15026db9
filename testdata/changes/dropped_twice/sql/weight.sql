CREATE FUNCTION weight(n bigint) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN 8 + (SELECT count(*) FROM rows_of_base()); END $$;
