INSERT INTO coin (value) VALUES (5), (10);
ALTER TABLE coin ALTER COLUMN value TYPE numeric;
INSERT INTO coin (value) VALUES (20);
DO $$
BEGIN
    EXECUTE format('COMMENT ON TABLE coin IS %L', (SELECT string_agg(id || ':' || value, ' ' ORDER BY id) FROM coin));
END
$$;
