CREATE TABLE day (date date PRIMARY KEY, is_closed boolean NOT NULL DEFAULT false);
