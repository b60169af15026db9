CREATE TYPE audit.level AS ENUM ('low', 'high');
GRANT USAGE ON SCHEMA audit TO auditor;
