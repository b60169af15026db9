CREATE VIEW floor_9 AS SELECT n2 FROM floor_8;
COMMENT ON VIEW floor_9 IS 'the roof';
