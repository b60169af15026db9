CREATE TABLE pt (id int);
