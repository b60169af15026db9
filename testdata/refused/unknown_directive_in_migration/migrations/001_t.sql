-- pgmg: destroy
CREATE TABLE t (id int);
