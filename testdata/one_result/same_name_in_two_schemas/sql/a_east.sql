SET search_path = east;
CREATE VIEW report AS SELECT rate() AS r FROM stock;
