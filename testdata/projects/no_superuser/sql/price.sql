CREATE FUNCTION app.shown_price(p numeric) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT to_char(p, 'FM999990.00') $$;
