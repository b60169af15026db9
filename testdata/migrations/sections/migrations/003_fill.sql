-- pgmg: section name="fill" timeout="1min" retry="2" backoff="100ms"
UPDATE users SET email = 'user' || id || '@example.org';
-- pgmg: section name="clean" mode="non-transactional"
VACUUM users;
UPDATE users SET email = lower(email);
-- pgmg: section name="strict"
ALTER TABLE users ALTER COLUMN email SET NOT NULL;
