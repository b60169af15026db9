CREATE TABLE cc (a text COLLATE mycoll, b mood);
