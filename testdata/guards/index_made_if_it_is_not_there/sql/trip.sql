CREATE INDEX trip_places ON trip (origin);
COMMENT ON INDEX trip_places IS 'For the map.';
