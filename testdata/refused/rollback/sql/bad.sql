CREATE VIEW fine AS SELECT 1 AS n;
rollback;
