CREATE TABLE log (id bigint PRIMARY KEY, tag text);
CREATE VIEW watch AS SELECT tag FROM log;
CREATE POLICY watched ON log USING (tag <> '');
