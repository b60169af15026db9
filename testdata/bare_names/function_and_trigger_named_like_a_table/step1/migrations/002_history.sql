CREATE TABLE history (id bigint PRIMARY KEY, "case" bigint REFERENCES "case");
CREATE INDEX history_case ON history ("case");
