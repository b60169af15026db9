PREPARE numbers (int) AS SELECT generate_series(1, $1) AS n;
CREATE TABLE counted AS EXECUTE numbers(3);
-- The view's text depends on a setting of the session.
SELECT set_config('shop.label', 'v;1', false);
DO $$ BEGIN EXECUTE format('CREATE VIEW labelled AS SELECT %L::text AS label', current_setting('shop.label')); END $$;
DEALLOCATE numbers;
