CREATE TABLE word (word text PRIMARY KEY);
