CREATE VIEW i AS SELECT x.g AS h, y.h AS g FROM h x, g y;

