CREATE VIEW archive.balances AS SELECT 1 AS holder, 100 AS amount;
