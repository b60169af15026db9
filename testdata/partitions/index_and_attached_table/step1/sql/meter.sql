CREATE INDEX meter_value ON meter (value DESC, id);
COMMENT ON INDEX meter_value IS 'For the bill.';
