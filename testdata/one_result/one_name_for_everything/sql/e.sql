CREATE VIEW same_v AS SELECT s.same, same(s) AS y, same() AS z FROM same s;
