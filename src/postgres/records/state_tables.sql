-- Creates the state tables, or adds what a database from the short form or an earlier version lacks.
-- That a table is there already is no news.
SET LOCAL client_min_messages = warning;
CREATE TABLE IF NOT EXISTS {schema}.pgmg_migrations (
  name TEXT PRIMARY KEY,
  applied_at TIMESTAMP NOT NULL DEFAULT NOW(),
  checksum TEXT,
  pgmg_version TEXT,
  sql TEXT,
  applied_by TEXT,
  duration_ms BIGINT,
  status TEXT,
  completed INTEGER,
  section TEXT,
  begun OID[],
  destructive BOOLEAN
);
ALTER TABLE {schema}.pgmg_migrations
  ADD COLUMN IF NOT EXISTS checksum TEXT,
  ADD COLUMN IF NOT EXISTS pgmg_version TEXT,
  ADD COLUMN IF NOT EXISTS sql TEXT,
  ADD COLUMN IF NOT EXISTS applied_by TEXT,
  ADD COLUMN IF NOT EXISTS duration_ms BIGINT,
  ADD COLUMN IF NOT EXISTS status TEXT,
  ADD COLUMN IF NOT EXISTS completed INTEGER,
  ADD COLUMN IF NOT EXISTS section TEXT,
  ADD COLUMN IF NOT EXISTS begun OID[],
  ADD COLUMN IF NOT EXISTS destructive BOOLEAN;
CREATE TABLE IF NOT EXISTS {schema}.pgmg_state (
  object_name TEXT PRIMARY KEY,
  object_hash TEXT NOT NULL,
  last_applied TIMESTAMP NOT NULL DEFAULT NOW(),
  file TEXT,
  ordinal INTEGER,
  object JSONB,
  touches JSONB,
  class_id OID,
  object_id OID,
  fingerprint TEXT[]
);
ALTER TABLE {schema}.pgmg_state
  ADD COLUMN IF NOT EXISTS file TEXT,
  ADD COLUMN IF NOT EXISTS ordinal INTEGER,
  ADD COLUMN IF NOT EXISTS object JSONB,
  ADD COLUMN IF NOT EXISTS touches JSONB,
  ADD COLUMN IF NOT EXISTS class_id OID,
  ADD COLUMN IF NOT EXISTS object_id OID,
  ADD COLUMN IF NOT EXISTS fingerprint TEXT[];
CREATE TABLE IF NOT EXISTS {schema}.pgmg_dependencies (
  object_name TEXT,
  depends_on TEXT,
  learned_from TEXT NOT NULL,
  PRIMARY KEY (object_name, depends_on)
);
CREATE TABLE IF NOT EXISTS {schema}.pgmg_history (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at TIMESTAMP NOT NULL DEFAULT NOW(),
  run TEXT NOT NULL,
  deed TEXT NOT NULL,
  what TEXT NOT NULL,
  done_by TEXT NOT NULL DEFAULT SESSION_USER,
  duration_ms BIGINT,
  detail TEXT NOT NULL DEFAULT '',
  pgmg_version TEXT NOT NULL
);
