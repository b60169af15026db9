SET search_path = "Odd Schema", other;
CREATE TYPE "My Enum" AS ENUM ('E\a', 'a', 'b', '1"2');
CREATE TYPE other.pair AS (x "My Enum", y small, w text COLLATE "C", z "Odd Schema"."My Enum"[]);
GRANT USAGE ON TYPE "My Enum" TO pgmg_reader;
