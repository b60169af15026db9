DROP PROCEDURE IF EXISTS public.close_day(closed date);
CREATE PROCEDURE close_day(closed date) LANGUAGE sql AS $$ UPDATE day SET is_closed = true WHERE date = closed $$;
