CREATE FUNCTION pieces() RETURNS bigint STABLE LANGUAGE sql AS $$ SELECT coalesce(sum(pieces), 0) FROM stock $$;
CREATE VIEW in_stock AS SELECT id FROM stock WHERE pieces > 1;
