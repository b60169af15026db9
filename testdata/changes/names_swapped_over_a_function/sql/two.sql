CREATE VIEW two AS SELECT a, most(1) AS n FROM parcel;
