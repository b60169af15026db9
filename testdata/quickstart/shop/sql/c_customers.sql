CREATE VIEW customers AS
SELECT c.id, c.name, coalesce(sum(t.total), 0) AS spent
  FROM customer c LEFT JOIN order_totals t ON t.customer = c.id
 GROUP BY c.id;
