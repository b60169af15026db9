CREATE FUNCTION at3(begin int, atomic int DEFAULT 1) RETURNS int BEGIN ATOMIC SELECT begin + at3.atomic; END;
