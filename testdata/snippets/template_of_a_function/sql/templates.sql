DO $$
BEGIN
    PERFORM set_config('check_function_bodies', 'off', false);
END
$$;

CREATE FUNCTION rows_of_template() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM {{table}} $$;

COMMENT ON FUNCTION rows_of_template() IS 'Filled in by rows_of.';
