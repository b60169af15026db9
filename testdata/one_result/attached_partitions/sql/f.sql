CREATE TABLE pt (id int, d date) PARTITION BY RANGE (d);
