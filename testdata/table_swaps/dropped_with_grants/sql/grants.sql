GRANT SELECT, INSERT ON account TO teller WITH GRANT OPTION;
GRANT SELECT (id, balance) ON account TO auditor;
COMMENT ON TABLE account IS 'What people have.';
