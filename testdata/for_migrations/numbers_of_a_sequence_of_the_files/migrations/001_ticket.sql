CREATE SEQUENCE ticket_number START WITH 500 INCREMENT BY 5;
CREATE TABLE ticket (number bigint PRIMARY KEY DEFAULT nextval('ticket_number'), price integer, seat text);
