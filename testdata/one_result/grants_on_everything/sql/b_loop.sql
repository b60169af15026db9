DO $$
DECLARE v name;
BEGIN
  FOR v IN SELECT viewname FROM pg_views WHERE schemaname = 'public' ORDER BY 1 LOOP
    EXECUTE format('GRANT INSERT ON %I TO pgmg_writer', v);
  END LOOP;
END $$;
