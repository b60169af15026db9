CREATE VIEW right_view AS SELECT x + left_one() AS y FROM left_view;

CREATE FUNCTION right_two() RETURNS int LANGUAGE sql AS 'SELECT 2';
