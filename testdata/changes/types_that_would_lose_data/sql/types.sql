CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN small AS int;
