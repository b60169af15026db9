CREATE TYPE order_state AS ENUM ('new', 'done');
CREATE TABLE "order" (id bigint PRIMARY KEY, state order_state NOT NULL DEFAULT 'new');
