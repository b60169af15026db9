CREATE TABLE orders (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer  bigint NOT NULL REFERENCES customer,
    placed    timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE order_line (
    orders    bigint NOT NULL REFERENCES orders,
    product   bigint NOT NULL REFERENCES product,
    quantity  integer NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (orders, product)
);
INSERT INTO orders (customer) VALUES (1), (2), (1);
INSERT INTO order_line VALUES (1, 1, 1), (1, 2, 4), (2, 3, 1), (3, 2, 6);
