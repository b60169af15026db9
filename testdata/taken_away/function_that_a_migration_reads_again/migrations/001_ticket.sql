CREATE TABLE ticket (id bigint PRIMARY KEY, code text DEFAULT next_code());
