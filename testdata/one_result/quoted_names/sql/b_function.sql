CREATE FUNCTION "doIt"("Arg" "My Schema"."Kind") RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM "My Schema"."All.Of It" a WHERE a."Kind" = "Arg"';
