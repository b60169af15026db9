SET search_path TO west, public;
CREATE VIEW report AS SELECT rate() AS r FROM stock;
