CREATE VIEW w AS SELECT id, price FROM v, u;
