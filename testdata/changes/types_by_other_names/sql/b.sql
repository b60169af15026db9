SET search_path = other, public;
CREATE DOMAIN small AS "int4" CHECK (one(VALUE) = 1);
