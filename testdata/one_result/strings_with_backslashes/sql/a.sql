SET standard_conforming_strings = off;
CREATE VIEW so1 AS SELECT 'it\'s; fine' AS a, 'C:\\dir' AS b;
SET escape_string_warning = off;
CREATE FUNCTION so2() RETURNS text LANGUAGE sql AS 'SELECT \'x;y\'::text || z_helper()';
RESET standard_conforming_strings;
CREATE VIEW so3 AS SELECT 'C:\' AS c, so2() AS d;
