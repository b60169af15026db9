-- Needs order_total(), whose file comes after this one: the order of files does not matter.
CREATE VIEW customer_totals AS
SELECT customers.id, customers.name, sum(order_total(orders)) AS total
FROM customers
JOIN orders ON orders.customer_id = customers.id
GROUP BY customers.id;
