DO $$
BEGIN
    CREATE TEMPORARY TABLE scratch (id integer);
END
$$;
