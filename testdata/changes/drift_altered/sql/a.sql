CREATE FUNCTION answer() RETURNS int LANGUAGE sql AS 'SELECT 42';

CREATE VIEW seen AS SELECT id FROM orders;

CREATE VIEW lasting AS SELECT id FROM orders;

ALTER VIEW lasting SET (security_barrier = true);

CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';

CREATE TRIGGER guard BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION guard();

CREATE INDEX orders_total ON orders (total);

CREATE POLICY own ON orders USING (true);

CREATE MATERIALIZED VIEW sums AS SELECT sum(total) AS total FROM orders;

CREATE RULE quiet AS ON DELETE TO seen DO INSTEAD NOTHING;

CREATE AGGREGATE total_of(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
