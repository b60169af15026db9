ALTER TABLE task ADD COLUMN effort effort;
