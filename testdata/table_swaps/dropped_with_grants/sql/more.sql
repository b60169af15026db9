GRANT UPDATE (holder) ON account TO teller;
COMMENT ON COLUMN account.balance IS 'In cents.';
