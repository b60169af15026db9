-- pgmg: depends-on tax
CREATE FUNCTION refresh() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'SELECT * FROM ' || 'ta' || 'x';
END $$;
