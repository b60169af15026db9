CREATE VIEW order_totals AS
SELECT o.id, o.customer, sum(line_total(l)) AS total
  FROM orders o JOIN order_line l ON l.orders = o.id
 GROUP BY o.id;
