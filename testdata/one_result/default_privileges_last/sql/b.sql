CREATE TABLE dps.t (id int);
