CREATE VIEW report.total AS SELECT sum(sum) AS total FROM sum;
GRANT SELECT ON report.total TO viewer;
