CREATE VIEW sgv AS SELECT 'x'::sgt + 1 AS n;
