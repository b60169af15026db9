CREATE TABLE t (id serial PRIMARY KEY, n bigint DEFAULT 1 CHECK (n > 0), parent int REFERENCES t, note text);
