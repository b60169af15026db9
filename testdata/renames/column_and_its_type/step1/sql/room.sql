CREATE VIEW rooms AS SELECT id, capacity FROM room;
CREATE INDEX room_capacity ON room (capacity);
GRANT SELECT (capacity) ON room TO viewer;
COMMENT ON COLUMN room.capacity IS 'How many.';
CREATE FUNCTION seats_on(wanted integer) RETURNS bigint BEGIN ATOMIC SELECT sum(capacity) FROM room WHERE floor = wanted; END;
