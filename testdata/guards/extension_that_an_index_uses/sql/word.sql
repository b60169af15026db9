CREATE INDEX word_trigram ON word USING gin (word gin_trgm_ops);
CREATE FUNCTION is_near(a text, b text) RETURNS boolean IMMUTABLE LANGUAGE sql AS $$ SELECT similarity(a, b) > 0.5 $$;
