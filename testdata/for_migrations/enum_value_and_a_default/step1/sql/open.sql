CREATE VIEW open_orders AS SELECT id FROM "order" WHERE state NOT IN ('done', 'void');
CREATE POLICY not_void ON "order" USING (state <> 'void');
