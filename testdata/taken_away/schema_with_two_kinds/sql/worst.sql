CREATE FUNCTION worst() RETURNS audit.level STABLE LANGUAGE sql AS $$ SELECT max(level) FROM audit.entries $$;
