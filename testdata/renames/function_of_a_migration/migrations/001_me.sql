CREATE FUNCTION me() RETURNS text STABLE LANGUAGE sql AS $$ SELECT current_user::text $$;
CREATE TABLE note (id bigint PRIMARY KEY, author text);
