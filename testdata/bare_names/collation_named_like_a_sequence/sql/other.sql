CREATE VIEW words_in_order AS SELECT id, plain FROM words;
