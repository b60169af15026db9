-- pgmg: depends-on option_table
DO $$
BEGIN
  IF to_regclass('option_' || 'table') IS NOT NULL THEN
    CREATE VIEW options AS SELECT 'with' AS how;
  ELSE
    CREATE VIEW options AS SELECT 'without' AS how;
  END IF;
END $$;
