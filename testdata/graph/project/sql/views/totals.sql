-- What each customer spent.
CREATE VIEW totals AS
SELECT c.id, c.name, net(sum(o.amount)) AS spent
  FROM customer c JOIN orders o ON o.customer = c.id
 GROUP BY c.id;

GRANT SELECT ON totals TO PUBLIC;
