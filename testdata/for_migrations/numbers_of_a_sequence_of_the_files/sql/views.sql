CREATE VIEW tickets AS SELECT number, price FROM ticket;
CREATE VIEW dear_tickets AS SELECT number FROM tickets WHERE price > 100;
