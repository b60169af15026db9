INSERT INTO song (title) VALUES ('d');
DO $$
BEGIN
    EXECUTE format('COMMENT ON TABLE song IS %L', (SELECT string_agg(id || title, ' ' ORDER BY id) FROM song));
END
$$;
