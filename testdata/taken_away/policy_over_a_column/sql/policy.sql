CREATE POLICY own ON file TO member USING (owner = current_user) WITH CHECK (owner = current_user);

CREATE POLICY shared ON file AS RESTRICTIVE FOR DELETE TO member USING (is_shared AND owner <> '');
