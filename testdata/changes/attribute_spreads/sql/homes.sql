CREATE VIEW homes AS SELECT (home).*, id FROM people;
