CREATE FUNCTION share_of(amount integer, holder share_holder DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT 'of an integer'
$$;
