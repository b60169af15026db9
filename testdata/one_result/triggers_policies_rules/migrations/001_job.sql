CREATE TABLE job (id int PRIMARY KEY, title text, keeper name);
ALTER TABLE job ENABLE ROW LEVEL SECURITY;
