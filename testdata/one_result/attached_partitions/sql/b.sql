CREATE TABLE parent (id int PRIMARY KEY, k kind DEFAULT 'a');
