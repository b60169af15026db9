CREATE TYPE work.state AS ENUM ('open', 'done');
CREATE TYPE work.entry AS (id bigint, state work.state);
