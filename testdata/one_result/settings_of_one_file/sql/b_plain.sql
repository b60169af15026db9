CREATE VIEW unaffected AS SELECT 'b\' AS t, current_setting('standard_conforming_strings') AS s;
