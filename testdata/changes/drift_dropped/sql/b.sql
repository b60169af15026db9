COMMENT ON VIEW v IS 'one';

GRANT SELECT ON v TO drift_reader;

CREATE VIEW doubled AS SELECT twice(one) AS two FROM v;
