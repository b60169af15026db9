CREATE TABLE pt1 (id int);
