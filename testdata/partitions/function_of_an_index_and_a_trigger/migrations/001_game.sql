CREATE TABLE game (id integer NOT NULL, score integer) PARTITION BY RANGE (id);
CREATE TABLE game_low PARTITION OF game FOR VALUES FROM (0) TO (100);
