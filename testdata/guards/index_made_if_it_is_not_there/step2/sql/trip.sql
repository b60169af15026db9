CREATE INDEX IF NOT EXISTS trip_places ON trip (target, origin) WHERE target IS NOT NULL;
COMMENT ON INDEX trip_places IS 'For the map.';
