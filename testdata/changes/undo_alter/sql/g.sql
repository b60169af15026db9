GRANT SELECT ON v, w TO pgmg_reader;
COMMENT ON VIEW v IS 'a view';
COMMENT ON VIEW w IS 'another view';
GRANT EXECUTE ON FUNCTION f(int) TO pgmg_reader;
