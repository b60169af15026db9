CREATE FUNCTION seen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE VIEW page_size AS SELECT id, length(body) AS size FROM page;
GRANT SELECT ON page_size TO reader;
