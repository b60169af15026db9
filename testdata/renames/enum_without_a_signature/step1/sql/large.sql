CREATE VIEW large_boxes AS SELECT id FROM box WHERE size = 'large'::box_size;
COMMENT ON TYPE box_size IS 'Of boxes.';
