CREATE TYPE pair AS (a bigint);
CREATE DOMAIN small AS int;
