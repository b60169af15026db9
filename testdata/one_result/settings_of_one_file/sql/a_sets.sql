SET standard_conforming_strings = off;
SET escape_string_warning = off;
CREATE VIEW backslashed AS SELECT 'it\'s; fine' AS t;
RESET standard_conforming_strings;
CREATE VIEW plain_again AS SELECT 'a\' AS t;
SET check_function_bodies = off;
CREATE FUNCTION not_checked() RETURNS int LANGUAGE sql AS 'SELECT x FROM made_by_nobody';
SET LOCAL search_path = aside;
