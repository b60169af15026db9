CREATE TYPE x_18 AS ENUM ('one', 'two');
