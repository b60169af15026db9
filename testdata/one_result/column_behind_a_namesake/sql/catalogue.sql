CREATE VIEW catalogue AS SELECT * FROM items;
