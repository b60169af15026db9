CREATE VIEW everything AS SELECT * FROM users;
CREATE FUNCTION whole(u users) RETURNS users LANGUAGE sql AS 'SELECT u';
