DO $$
BEGIN
    EXECUTE format(
        'CREATE FUNCTION %I(quantity integer) RETURNS text LANGUAGE sql IMMUTABLE AS %L',
        concat_ws('_', 'price', 'of'),
        'SELECT ''by piece'''
    );
END
$$;
