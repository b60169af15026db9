CREATE TABLE "case" (id bigint PRIMARY KEY);
