CREATE TYPE "My Schema"."Kind" AS ENUM ('a;', 'B''');
