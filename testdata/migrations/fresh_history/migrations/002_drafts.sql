CREATE TABLE drafts (id int); DROP TABLE drafts;
