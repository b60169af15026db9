CREATE TYPE coins AS (cents bigint);
