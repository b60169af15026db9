CREATE FUNCTION slug(title text) RETURNS address_part IMMUTABLE LANGUAGE sql AS $$ SELECT lower(regexp_replace(title, '[^A-Za-z0-9]+', '-', 'g')) $$;
