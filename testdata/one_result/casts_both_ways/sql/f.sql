CREATE VIEW ccv AS SELECT b + 1 AS x, a < 'b' COLLATE mycoll AS y FROM cc;
