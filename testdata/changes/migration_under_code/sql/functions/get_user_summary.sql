create function get_user_summary(n int) returns setof user_stats language sql as 'select * from user_stats where id = n';
