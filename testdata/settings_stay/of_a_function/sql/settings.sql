ALTER FUNCTION net(numeric) STABLE PARALLEL SAFE COST 7;
ALTER FUNCTION net(numeric) SET search_path = pg_catalog, public;
ALTER FUNCTION net(numeric) SECURITY DEFINER;
