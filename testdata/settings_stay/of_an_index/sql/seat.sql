CREATE INDEX seat_line ON seat (line);
CREATE UNIQUE INDEX seat_id ON seat (id);
CREATE INDEX seat_sum ON seat ((line + number));
