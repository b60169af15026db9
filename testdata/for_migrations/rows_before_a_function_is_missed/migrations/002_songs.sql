INSERT INTO song (title) VALUES ('a'), ('b'), ('c');
UPDATE song SET title = loud(title);
