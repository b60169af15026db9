-- pgmg: destructive
DROP TABLE orders;
