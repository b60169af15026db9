CREATE DOMAIN label AS text CHECK (valid_label(VALUE));
