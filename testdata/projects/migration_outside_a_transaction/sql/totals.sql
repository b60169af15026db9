CREATE VIEW totals AS SELECT note, sum(gross) AS gross FROM invoice GROUP BY note;
