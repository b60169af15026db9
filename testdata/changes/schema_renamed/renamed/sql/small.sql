CREATE DOMAIN app.small AS bigint CHECK (VALUE > -7);
