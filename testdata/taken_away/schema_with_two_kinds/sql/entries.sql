CREATE VIEW audit.entries AS SELECT id, level::audit.level AS level FROM entry;
GRANT SELECT ON audit.entries TO auditor;
