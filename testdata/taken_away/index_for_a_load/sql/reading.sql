CREATE INDEX reading_value ON reading (value) WHERE value > 0;
COMMENT ON INDEX reading_value IS 'For the chart.';
CREATE UNIQUE INDEX reading_place ON reading (lower(place), id) INCLUDE (value);
ALTER INDEX reading_place ALTER COLUMN 1 SET STATISTICS 500;
