CREATE AGGREGATE sum(pair) (SFUNC = pair_add, STYPE = pair, INITCOND = '(0,0)');
