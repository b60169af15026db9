COMMENT ON COLUMN t.name IS 'from the files';
