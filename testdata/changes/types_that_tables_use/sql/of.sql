CREATE VIEW moods AS SELECT mood, home FROM people;
COMMENT ON TYPE mood IS 'how one feels';
CREATE FUNCTION tiny() RETURNS small LANGUAGE sql AS 'SELECT 1::small';
