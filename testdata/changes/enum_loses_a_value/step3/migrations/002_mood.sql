-- pgmg: destructive
UPDATE people SET mood = 'ok' WHERE mood::text = 'sad';
ALTER TYPE mood RENAME TO old_mood;
CREATE TYPE mood AS ENUM ('ok', 'great');
ALTER TABLE people ALTER COLUMN mood TYPE mood USING mood::text::mood;
DROP TYPE old_mood;
