ALTER TABLE invoice RENAME TO bill;
