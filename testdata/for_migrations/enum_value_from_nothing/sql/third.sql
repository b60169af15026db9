CREATE FUNCTION is_third(class) RETURNS boolean IMMUTABLE LANGUAGE sql AS $$ SELECT $1 = 'third'::class $$;
CREATE VIEW third_class AS SELECT id FROM seat WHERE is_third(class) AND class = 'third';
