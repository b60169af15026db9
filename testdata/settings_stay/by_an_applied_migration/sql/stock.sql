CREATE FUNCTION pieces() RETURNS bigint STABLE LANGUAGE sql AS $$ SELECT sum(pieces) FROM stock $$;
CREATE VIEW in_stock AS SELECT id FROM stock WHERE pieces > 0;
