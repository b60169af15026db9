CREATE VIEW base AS SELECT r.a FROM parcel r;
