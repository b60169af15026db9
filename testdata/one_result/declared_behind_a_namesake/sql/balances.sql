-- pgmg: depends-on share_of
CREATE VIEW balances AS SELECT 2 AS holder, share_of(100) AS share;
