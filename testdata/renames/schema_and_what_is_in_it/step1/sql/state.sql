CREATE TYPE store.state AS ENUM ('open', 'paid');
CREATE FUNCTION store.state_of(store.sale) RETURNS store.state IMMUTABLE LANGUAGE sql AS $$ SELECT ($1).state::store.state $$;
GRANT USAGE ON SCHEMA store TO seller;
