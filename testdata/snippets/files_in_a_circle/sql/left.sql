CREATE FUNCTION left_one() RETURNS int LANGUAGE sql AS 'SELECT 1';

CREATE VIEW left_view AS SELECT right_two() AS x;
