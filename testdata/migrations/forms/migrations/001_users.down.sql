-- pgmg: destructive
DROP TABLE users;
