CREATE FUNCTION head_a(a int = 1, OUT b int, INOUT c text DEFAULT 'x', VARIADIC rest numeric[] DEFAULT '{}') AS
 'SELECT $1, $2'
 ' || ''!'' ' COST 5 LANGUAGE 'sql' STABLE CALLED ON NULL INPUT PARALLEL SAFE SET search_path FROM CURRENT SET work_mem = '1MB';
CREATE FUNCTION head_b(t pg_class.relname%TYPE, pg_type) RETURNS TABLE (oid oid, "name" name)
  ROWS 3 LEAKPROOF LANGUAGE sql AS 'SELECT 1::oid, $1';
CREATE FUNCTION head_c(IN "select" anycompatible, anycompatiblearray) RETURNS SETOF anycompatible
  WINDOW LANGUAGE internal AS 'window_row_number';
CREATE FUNCTION head_c(double precision, character varying(20), timestamp(3) with time zone, bit varying,
                       national character varying, int[3][4], setof_ int) RETURNS int LANGUAGE sql RETURN 1;
CREATE PROCEDURE head_d(INOUT a int, OUT b int) LANGUAGE plpgsql AS 'BEGIN b := a; END';
