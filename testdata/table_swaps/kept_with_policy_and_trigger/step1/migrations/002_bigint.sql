ALTER TABLE purchase RENAME TO purchase_2024;
CREATE TABLE purchase (id bigint PRIMARY KEY, owner name, changed timestamptz);
INSERT INTO purchase SELECT * FROM purchase_2024;
