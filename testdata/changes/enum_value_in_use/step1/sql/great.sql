CREATE VIEW great AS SELECT id FROM people WHERE mood = 'great';
