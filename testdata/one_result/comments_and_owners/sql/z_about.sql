COMMENT ON COLUMN names.name IS 'as they want to be called';
ALTER TABLE person OWNER TO pgmg_owner;
