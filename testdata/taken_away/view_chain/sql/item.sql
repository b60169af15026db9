CREATE VIEW item_for_sale AS SELECT id, price, title FROM item WHERE price IS NOT NULL;
GRANT SELECT (id, title), UPDATE (title) ON item_for_sale TO buyer;
