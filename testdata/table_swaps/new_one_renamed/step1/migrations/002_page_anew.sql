CREATE TABLE page_new (id bigint PRIMARY KEY, body text NOT NULL, revision integer);
INSERT INTO page_new SELECT id, body, 1 FROM page;
