CREATE VIEW floor_2 AS SELECT floor_1() AS n;
