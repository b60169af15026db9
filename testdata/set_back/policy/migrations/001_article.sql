CREATE TABLE article (id bigint PRIMARY KEY, author name, is_draft boolean);
