GRANT SELECT (id, born), UPDATE (born) ON person TO clerk;
COMMENT ON COLUMN person.born IS 'As in the passport.';
CREATE INDEX person_born ON person (born);
CREATE STATISTICS person_born_and_name ON born, name FROM person;
