-- Needs best_customers and stock_left, both in files that come later.
CREATE VIEW dashboard AS
SELECT (SELECT count(*) FROM orders) AS orders,
       (SELECT shown_price(sum(total)) FROM order_totals) AS turnover,
       (SELECT name FROM best_customers LIMIT 1) AS best_customer,
       (SELECT min(stock_left(id)) FROM product) AS smallest_stock;
