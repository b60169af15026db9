-- pgmg: section name="widen"
ALTER TABLE users ALTER COLUMN age TYPE bigint;
-- pgmg: section name="index" mode="non-transactional"
CREATE INDEX CONCURRENTLY users_age ON users (age);
