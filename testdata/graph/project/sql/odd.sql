CREATE VIEW "Odd "" <name>" AS SELECT * FROM totals;
