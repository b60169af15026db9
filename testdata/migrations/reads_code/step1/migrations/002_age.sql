-- pgmg: destructive
ALTER TABLE users ALTER COLUMN age TYPE int USING years(age);
ALTER TABLE users ADD COLUMN upper_name text;
UPDATE users SET upper_name = names.name FROM names WHERE names.id = users.id;
