CREATE FUNCTION share_of(amount integer, holder archive.shares DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT 'of an integer'
$$;
