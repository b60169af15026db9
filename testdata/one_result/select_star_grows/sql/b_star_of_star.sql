CREATE VIEW every_item_again AS SELECT * FROM every_item;
