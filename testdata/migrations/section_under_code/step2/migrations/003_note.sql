-- pgmg: section name="widen"
ALTER TABLE users ALTER COLUMN age TYPE numeric;
-- pgmg: section name="more"
ALTER TABLE users ADD COLUMN note text;
