CREATE VIEW calls AS SELECT pick('a') AS one, pick('a', 2) AS two, pick('a', 2, 3, 4) AS many, pick(w => 5, t => 'x') AS named;
