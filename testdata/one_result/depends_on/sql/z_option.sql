CREATE TABLE IF NOT EXISTS option_table (name text PRIMARY KEY);
