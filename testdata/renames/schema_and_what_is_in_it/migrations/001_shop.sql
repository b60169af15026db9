CREATE SCHEMA shop;
CREATE TABLE shop.sale (id bigint PRIMARY KEY, state text);
