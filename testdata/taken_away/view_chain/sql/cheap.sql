CREATE VIEW cheap AS SELECT id, price FROM item_for_sale WHERE price < 10;
COMMENT ON VIEW cheap IS 'Below ten.';
COMMENT ON COLUMN cheap.price IS 'In cents.';
