CREATE TABLE book (id bigint PRIMARY KEY, pages integer, title text);
GRANT ALL ON book TO librarian;
