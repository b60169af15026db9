CREATE VIEW report AS SELECT id, grade_of(points) AS grade FROM exam;
COMMENT ON VIEW report IS 'Who passed.';
