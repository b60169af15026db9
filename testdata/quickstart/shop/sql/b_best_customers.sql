CREATE VIEW best_customers AS
SELECT name, spent, shown_price(spent) AS shown FROM customers WHERE spent > 0 ORDER BY spent DESC;
