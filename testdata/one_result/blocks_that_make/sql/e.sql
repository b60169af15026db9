CREATE TABLE zz_table (id int);
