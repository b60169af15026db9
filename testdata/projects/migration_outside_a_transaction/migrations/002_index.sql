-- pgmg: no-transaction
CREATE INDEX CONCURRENTLY invoice_net ON invoice (net);
VACUUM invoice;
