CREATE SCHEMA feed;
CREATE TABLE feed.line (id bigint PRIMARY KEY, at timestamptz);
CREATE INDEX feed ON feed.line (at);
