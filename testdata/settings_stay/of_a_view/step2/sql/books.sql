CREATE VIEW books AS SELECT id, pages::bigint AS pages, title FROM book WHERE pages > 0;
