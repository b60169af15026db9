CREATE INDEX visit_at ON visit (at);
COMMENT ON COLUMN visit.at IS 'When they came.';
GRANT SELECT (at), INSERT (visitor) ON visit TO reader;
GRANT SELECT ON visit TO reader;
CREATE VIEW visits_by_day AS SELECT at::date AS day, count(*) AS visits FROM visit GROUP BY 1;
