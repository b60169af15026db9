CREATE VIEW ages AS SELECT id, age FROM users;
