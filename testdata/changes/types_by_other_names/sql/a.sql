SET search_path = "Odd Schema", other;
CREATE TYPE "My Enum" AS ENUM ('a', 'b');
CREATE TYPE other.pair AS (x "My Enum");
GRANT USAGE ON TYPE "My Enum" TO pgmg_reader;
