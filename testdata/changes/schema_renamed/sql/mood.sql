CREATE TYPE "App".mood AS ENUM ('ok', 'sad');
