CREATE TYPE shop.state AS ENUM ('open', 'paid');
CREATE FUNCTION shop.state_of(shop.sale) RETURNS shop.state IMMUTABLE LANGUAGE sql AS $$ SELECT ($1).state::shop.state $$;
GRANT USAGE ON SCHEMA shop TO seller;
