CREATE FUNCTION shown_price(amount numeric) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT to_char(amount, 'FM999,999,990.00') || ' EUR'
$$;
