CREATE PROCEDURE close_all() LANGUAGE sql AS $$ CALL close_day(current_date); CALL close_day(current_date - 1) $$;
GRANT EXECUTE ON PROCEDURE close_all() TO closer;
