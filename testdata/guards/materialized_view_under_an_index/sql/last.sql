CREATE VIEW last_month AS SELECT sales FROM by_month ORDER BY month DESC LIMIT 1;
GRANT SELECT ON by_month, last_month TO viewer;
