CREATE TABLE at_t (id int, "begin" int, atomic int);
