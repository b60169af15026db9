CREATE TABLE entry (id bigserial PRIMARY KEY, n int);
