CREATE TABLE wt (x int, y int);
