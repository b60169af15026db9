CREATE FUNCTION wf() RETURNS bigint WINDOW LANGUAGE internal AS 'window_row_number';
