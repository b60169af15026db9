CREATE INDEX IF NOT EXISTS trip_places ON trip (origin);
COMMENT ON INDEX trip_places IS 'For the map.';
