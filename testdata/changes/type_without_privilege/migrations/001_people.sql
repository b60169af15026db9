CREATE TABLE people (mood mood);
