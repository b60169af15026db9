CREATE VIEW heavy AS SELECT * FROM parcel WHERE weight > 10;
