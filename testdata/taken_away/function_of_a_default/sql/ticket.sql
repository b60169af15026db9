ALTER TABLE ticket ALTER COLUMN code SET DEFAULT next_code();
