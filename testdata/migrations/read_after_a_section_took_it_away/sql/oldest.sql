CREATE VIEW oldest AS SELECT max(age) AS age FROM users;
