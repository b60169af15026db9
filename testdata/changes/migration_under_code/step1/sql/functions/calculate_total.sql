create function calculate_total() returns int language sql as 'select 1';
