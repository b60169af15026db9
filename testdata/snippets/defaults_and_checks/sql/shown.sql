CREATE FUNCTION shown(l label DEFAULT first_label()) RETURNS text LANGUAGE sql AS 'SELECT l::text';
