COMMENT ON VIEW v IS 'a view';
