CREATE FUNCTION down(n int) RETURNS int LANGUAGE sql AS 'SELECT up(n - 1)';
