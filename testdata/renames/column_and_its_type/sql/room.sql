CREATE VIEW rooms AS SELECT id, seats FROM room;
CREATE INDEX room_seats ON room (seats);
GRANT SELECT (seats) ON room TO viewer;
COMMENT ON COLUMN room.seats IS 'How many.';
CREATE FUNCTION seats_on(wanted integer) RETURNS bigint BEGIN ATOMIC SELECT sum(seats) FROM room WHERE floor = wanted; END;
