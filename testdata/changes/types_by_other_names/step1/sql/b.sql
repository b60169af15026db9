SET search_path = other, public;
CREATE DOMAIN small AS "int4" DEFAULT two(1) CHECK (one(VALUE) = 1) CHECK (two(VALUE) > 0);
