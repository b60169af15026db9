CREATE INDEX seat_line ON seat (line, number);
CREATE UNIQUE INDEX seat_id ON seat (id) INCLUDE (line);
CREATE INDEX seat_sum ON seat ((line + number), id);
