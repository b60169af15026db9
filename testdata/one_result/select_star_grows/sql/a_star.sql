CREATE VIEW every_item AS SELECT * FROM item;
