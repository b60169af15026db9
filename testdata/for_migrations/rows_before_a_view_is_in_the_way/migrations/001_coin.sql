CREATE TABLE coin (id bigserial PRIMARY KEY, value integer);
INSERT INTO coin (value) VALUES (1), (2);
