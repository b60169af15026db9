DROP INDEX IF EXISTS reading_value, reading_place;
INSERT INTO reading SELECT n, n, 'p' || n FROM generate_series(1, 100) AS n;
