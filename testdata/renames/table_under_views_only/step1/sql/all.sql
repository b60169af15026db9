CREATE VIEW people AS SELECT * FROM customer;
