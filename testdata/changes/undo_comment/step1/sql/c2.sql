COMMENT ON COLUMN v.id IS 'another id';
