CREATE TYPE tone AS ENUM ('low', 'high');
