CREATE DOMAIN "App".small AS bigint CHECK (VALUE > -7);
