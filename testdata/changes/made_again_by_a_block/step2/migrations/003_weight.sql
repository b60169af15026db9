ALTER TABLE parcel ALTER COLUMN weight TYPE numeric;
