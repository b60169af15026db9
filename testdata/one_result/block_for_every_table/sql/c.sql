CREATE TABLE zt1 (id int);
