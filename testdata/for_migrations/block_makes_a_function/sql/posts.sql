CREATE VIEW posts AS SELECT id, slug_of(title) AS slug FROM post;
