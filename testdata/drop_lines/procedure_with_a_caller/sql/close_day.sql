DROP PROCEDURE IF EXISTS close_day(date);
CREATE PROCEDURE close_day(closed date) LANGUAGE sql AS $$ UPDATE day SET is_closed = true WHERE date = closed $$;
