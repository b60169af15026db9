CREATE TABLE product (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name   text NOT NULL UNIQUE,
    price  money_amount NOT NULL,      -- a domain of the code directory: sql/z/money.sql
    stock  integer NOT NULL DEFAULT 0
);
INSERT INTO product (name, price, stock) VALUES ('teapot', 24.50, 12), ('cup', 6.00, 80), ('tray', 18.90, 5);
