CREATE VIEW ages AS SELECT id, age, note FROM users;
