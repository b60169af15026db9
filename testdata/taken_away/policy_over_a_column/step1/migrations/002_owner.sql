DROP POLICY own ON file;
DROP POLICY shared ON file;
ALTER TABLE file ALTER COLUMN owner TYPE text;
CREATE POLICY own ON file TO member USING (owner = current_user) WITH CHECK (owner = current_user);
