\i a.sql
CREATE VIEW b AS SELECT one FROM a;
