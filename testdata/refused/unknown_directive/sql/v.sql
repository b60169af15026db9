-- A comment.
-- pgmg: no-transactions
CREATE VIEW v AS SELECT 1 AS n;
