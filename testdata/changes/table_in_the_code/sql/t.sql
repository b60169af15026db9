CREATE TABLE t (id serial PRIMARY KEY, n int DEFAULT 1 CHECK (n > 0), parent int REFERENCES t);
