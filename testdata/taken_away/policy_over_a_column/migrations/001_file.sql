CREATE TABLE file (id bigint PRIMARY KEY, owner varchar(40), is_shared boolean);
