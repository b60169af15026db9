COMMENT ON VIEW cdv IS 'one';
