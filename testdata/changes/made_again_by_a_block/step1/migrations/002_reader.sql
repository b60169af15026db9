GRANT SELECT ON parcels_in_stock TO reader;
COMMENT ON VIEW parcels_in_stock IS 'What there is.';
