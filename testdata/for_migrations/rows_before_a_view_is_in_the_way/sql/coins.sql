CREATE VIEW coins AS SELECT id, value FROM coin;
