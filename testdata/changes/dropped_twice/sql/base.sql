CREATE VIEW base AS SELECT r.* FROM parcel r;
