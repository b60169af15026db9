CREATE VIEW totals AS SELECT total(1) AS one;
