CREATE TABLE same (same same_t, x int);
