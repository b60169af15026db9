DO $$
DECLARE r record;
BEGIN
  FOR r IN SELECT relname FROM pg_catalog.pg_class WHERE relnamespace = 'app'::regnamespace AND relkind IN ('r', 'v') LOOP
    EXECUTE format('GRANT SELECT ON app.%I TO pgmg_writer', r.relname);
  END LOOP;
END
$$;
