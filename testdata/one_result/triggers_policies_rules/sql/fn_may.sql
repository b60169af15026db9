CREATE FUNCTION may_see(j job) RETURNS bool STABLE LANGUAGE sql AS 'SELECT j.keeper = current_user';
