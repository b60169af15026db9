CREATE TABLE page (id int PRIMARY KEY, title text NOT NULL, address address_part GENERATED ALWAYS AS (slug(title)) STORED);
INSERT INTO page VALUES (1, 'Hello World');
