CREATE TABLE t (c pair, d small);
INSERT INTO t VALUES (ROW(1, 'a'), 5);
