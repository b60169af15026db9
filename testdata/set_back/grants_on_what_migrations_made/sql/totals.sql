CREATE VIEW sales.totals AS SELECT sum(total) AS total FROM sales.sale;
