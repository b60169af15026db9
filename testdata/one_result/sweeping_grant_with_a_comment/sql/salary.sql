CREATE VIEW salary AS SELECT 2 AS amount;
