CREATE TABLE sale (id bigint PRIMARY KEY, on_day date, total numeric);
