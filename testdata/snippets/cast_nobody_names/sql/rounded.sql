CREATE VIEW rounded AS SELECT round(ROW(12345)::coins, 1) AS n;
