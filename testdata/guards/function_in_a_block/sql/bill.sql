CREATE VIEW bills AS SELECT id, net + tax(net) AS total FROM bill;
