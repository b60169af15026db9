CREATE VIEW people AS SELECT * FROM client;
