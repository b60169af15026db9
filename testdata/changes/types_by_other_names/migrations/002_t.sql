CREATE TABLE t (a "Odd Schema"."My Enum"[], b other.small, c other.pair[]);
INSERT INTO t VALUES ('{a,b}', 1), (NULL, NULL);
