CREATE TABLE t_3 (id bigint PRIMARY KEY, a integer, note text);
INSERT INTO t_3 SELECT n, n, 'x' FROM generate_series(1, 4) n;
