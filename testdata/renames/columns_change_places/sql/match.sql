CREATE VIEW matches AS SELECT id, home FROM match;
CREATE INDEX match_home ON match (home);
CREATE POLICY homes ON match USING (home <> '');
COMMENT ON COLUMN match.home IS 'Plays at home.';
GRANT SELECT (home) ON match TO viewer;
