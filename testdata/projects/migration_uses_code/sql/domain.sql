CREATE DOMAIN address_part AS text CHECK (VALUE ~ '^[a-z0-9-]+$');
