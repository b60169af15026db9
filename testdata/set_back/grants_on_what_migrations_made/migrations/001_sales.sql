CREATE SCHEMA sales;
CREATE TABLE sales.sale (id bigint PRIMARY KEY, total numeric);
GRANT USAGE ON SCHEMA sales TO writer;
