ALTER TABLE note ALTER COLUMN author SET DEFAULT current_author();
