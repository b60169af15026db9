CREATE FUNCTION lkg() RETURNS void LANGUAGE plpgsql AS $$ BEGIN SET standard_conforming_strings = off; SET ROLE reader; END $$;
