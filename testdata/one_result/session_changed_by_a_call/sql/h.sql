CREATE VIEW lk2 AS SELECT 'a\' AS y, 'b' AS z FROM lk;
