CREATE CAST (mood AS int) WITH FUNCTION mood_int(mood) AS IMPLICIT;
