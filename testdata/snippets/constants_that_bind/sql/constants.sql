CREATE SEQUENCE ticket; CREATE FUNCTION same(int) RETURNS int LANGUAGE sql AS 'SELECT $1'; CREATE TYPE grade AS ENUM ('a');
CREATE VIEW bound AS
  SELECT 'ticket'::regclass AS c, 'same(int)'::regprocedure AS p, 'grade'::regtype AS t, nextval('ticket') AS n,
         to_regclass('nobody_made_it') AS late, pg_get_functiondef('same'::regproc) AS d;
CREATE FUNCTION looked_up() RETURNS regclass LANGUAGE sql AS $$ SELECT to_regclass('made_some_day') $$;
CREATE TABLE numbered (id bigint DEFAULT nextval('ticket'::text), id2 bigint DEFAULT nextval('ticket'::regclass), g grade DEFAULT 'a'::grade);
