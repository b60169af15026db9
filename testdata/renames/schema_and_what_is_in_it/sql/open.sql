CREATE VIEW shop.open_sales AS SELECT sale.id FROM shop.sale WHERE shop.state_of(sale) = 'open';
GRANT SELECT ON shop.open_sales TO seller;
