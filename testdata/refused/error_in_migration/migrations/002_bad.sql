CREATE TABLE u (id int);
INSERT INTO t SELECT 1 / count(*) FROM u;
