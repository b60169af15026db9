CREATE OPERATOR + (LEFTARG = pair, RIGHTARG = pair, FUNCTION = pair_add);
