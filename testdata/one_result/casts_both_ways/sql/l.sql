COMMENT ON CAST (mood AS int) IS 'imp';
