CREATE FUNCTION pieces() RETURNS numeric STABLE LANGUAGE sql AS $$ SELECT coalesce(sum(pieces), 0)::numeric FROM stock $$;
CREATE VIEW in_stock AS SELECT id::text AS id FROM stock WHERE pieces > 1;
