-- pgmt:section name="add_column" mode="transactional" timeout="30s"
ALTER TABLE users ADD COLUMN email text;
-- pgmt:section name="create_index" mode="non-transactional" timeout="2s" retry_attempts="10"
CREATE INDEX CONCURRENTLY idx_users_email ON users (email);
