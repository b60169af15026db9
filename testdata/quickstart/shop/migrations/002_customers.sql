CREATE TABLE customer (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name   text NOT NULL,
    since  date NOT NULL DEFAULT current_date
);
INSERT INTO customer (name) VALUES ('Ada'), ('Grace'), ('Edgar');
