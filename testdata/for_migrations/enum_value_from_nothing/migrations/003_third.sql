ALTER TABLE seat ADD CONSTRAINT not_third CHECK (class <> 'third' OR id > 100);
CREATE INDEX seat_third ON seat (id) WHERE class = 'third';
