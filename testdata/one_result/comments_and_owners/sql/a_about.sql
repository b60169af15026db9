COMMENT ON VIEW names IS 'everybody''s name; nothing else';
GRANT SELECT (name) ON names TO pgmg_reader WITH GRANT OPTION;
ALTER VIEW names SET (security_barrier = true);
