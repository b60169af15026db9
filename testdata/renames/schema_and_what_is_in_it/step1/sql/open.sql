CREATE VIEW store.open_sales AS SELECT sale.id FROM store.sale WHERE store.state_of(sale) = 'open';
GRANT SELECT ON store.open_sales TO seller;
