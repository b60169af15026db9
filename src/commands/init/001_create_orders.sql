-- A migration: runs once, in the order of its number. Tables are made and changed here.
CREATE TABLE customers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL
);

CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id bigint NOT NULL REFERENCES customers,
    quantity integer NOT NULL,
    price numeric(10, 2) NOT NULL
);
