create view user_stats as select id, name, age from users;
