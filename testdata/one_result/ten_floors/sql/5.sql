CREATE VIEW floor_4 AS SELECT f.n FROM floor_3() f;
