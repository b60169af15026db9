CREATE INDEX meter_value ON meter (value);
COMMENT ON INDEX meter_value IS 'For the bill.';
