CREATE VIEW books AS SELECT id, pages, title FROM book WHERE pages > 0;
