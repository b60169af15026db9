CREATE CAST (same AS int) WITH FUNCTION same_int(same);
