CREATE SCHEMA billing;
CREATE SCHEMA work;
CREATE TYPE billing.state AS ENUM ('open', 'paid');
CREATE TABLE billing.entry (id bigint PRIMARY KEY, state billing.state);
