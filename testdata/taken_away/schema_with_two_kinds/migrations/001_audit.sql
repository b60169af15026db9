CREATE SCHEMA audit;
CREATE TABLE entry (id bigint PRIMARY KEY, level text);
