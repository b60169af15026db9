CREATE VIEW ages AS SELECT age, note FROM users;
GRANT SELECT ON ages TO PUBLIC;
COMMENT ON VIEW ages IS 'how old';
