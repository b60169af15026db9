CREATE TYPE app.mood AS ENUM ('ok', 'sad');
