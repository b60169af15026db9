-- One column more, at the end.
CREATE VIEW v AS SELECT f(id) AS id, name FROM t;
