CREATE TABLE invoice (id int PRIMARY KEY, net numeric NOT NULL, gross numeric GENERATED ALWAYS AS (with_tax(net)) STORED);
