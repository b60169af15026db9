COMMENT ON COLUMN v.name IS 'a name';
COMMENT ON COLUMN v.id IS 'an id';
