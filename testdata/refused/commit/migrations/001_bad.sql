CREATE TABLE t (id int);
-- A comment before it.
COMMIT;
CREATE TABLE u (id int, id int);
