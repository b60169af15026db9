-- pgmg: destructive
ALTER TABLE account RENAME TO account_old;
CREATE TABLE account (id bigint PRIMARY KEY, balance numeric, holder text);
INSERT INTO account SELECT * FROM account_old;
DROP TABLE account_old;
