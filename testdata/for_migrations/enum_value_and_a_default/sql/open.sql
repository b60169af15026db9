CREATE VIEW open_orders AS SELECT id FROM "order" WHERE state <> 'done';
