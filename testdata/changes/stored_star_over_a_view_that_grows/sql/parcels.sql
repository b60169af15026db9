CREATE VIEW parcels AS SELECT p.* FROM parcel p;
