GRANT SELECT ON names TO reader;
COMMENT ON VIEW names IS 'Who there is.';
