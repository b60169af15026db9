CREATE TABLE store.return (id bigint PRIMARY KEY, sale bigint REFERENCES store.sale);
