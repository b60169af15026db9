CREATE VIEW floor_6 AS SELECT v.floor_5 AS n FROM floor_4 v;
