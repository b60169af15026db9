CREATE FUNCTION odd(n int) RETURNS int LANGUAGE sql AS 'SELECT even(n) + 1';
