INSERT INTO ticket (price) SELECT n FROM generate_series(1, 3) AS n;
SELECT setval('ticket_number', nextval('ticket_number') + 100);
ALTER TABLE ticket ALTER COLUMN price TYPE bigint;
DO $$
BEGIN
    EXECUTE format('COMMENT ON TABLE ticket IS %L', (SELECT string_agg(number::text, ' ' ORDER BY number) || ', next ' || nextval('ticket_number') FROM ticket));
END
$$;
