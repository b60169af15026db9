CREATE VIEW large_boxes AS SELECT id FROM box WHERE size = 'large'::size;
COMMENT ON TYPE size IS 'Of boxes.';
