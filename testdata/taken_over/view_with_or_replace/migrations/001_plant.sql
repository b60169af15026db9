CREATE TABLE plant (id bigint PRIMARY KEY, name text, height integer);
CREATE VIEW plants AS SELECT id, name FROM plant;
GRANT SELECT ON plants TO viewer;
COMMENT ON VIEW plants IS 'In the garden.';
