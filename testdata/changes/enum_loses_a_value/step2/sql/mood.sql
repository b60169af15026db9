CREATE TYPE mood AS ENUM ('great', 'ok', 'sad');
