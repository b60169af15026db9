CREATE FUNCTION up_to(places integer) RETURNS boolean IMMUTABLE LANGUAGE sql AS $$ SELECT places < 100 $$;
