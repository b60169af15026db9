CREATE TABLE meter_2 (id integer NOT NULL, value integer);
ALTER TABLE meter ATTACH PARTITION meter_2 FOR VALUES IN (2);
