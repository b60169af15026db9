CREATE TABLE account (id integer PRIMARY KEY, balance integer, holder text);
INSERT INTO account VALUES (1, 10, 'a'), (2, 20, 'b');
