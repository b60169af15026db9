CREATE PUBLICATION changes FOR TABLE city WITH (publish = 'insert, update');
COMMENT ON PUBLICATION changes IS 'For the map.';
