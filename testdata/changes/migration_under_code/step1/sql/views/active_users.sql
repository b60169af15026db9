create view active_users as select id from users where age > 1;
