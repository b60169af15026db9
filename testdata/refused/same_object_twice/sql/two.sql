-- The other one.
CREATE OR REPLACE VIEW twice AS SELECT 2 AS n;
